"""Files that are whole or not there."""

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cleanroom.errors import StopRun

_LIBC = ctypes.CDLL(None, use_errno=True)


@contextmanager
def replacing(path: Path, mode: int = 0o600, durable: bool = True) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends well.

    ``durable``: its bytes are on the disk before it does, so that it survives a loss of power.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        if durable:
            with part.open("rb") as file:
                os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str, mode: int = 0o600, durable: bool = True) -> None:
    """Write a whole text file, or leave the old one."""
    with replacing(path, mode, durable) as part:
        part.write_text(text, encoding="utf-8")


def write_changed(path: Path, text: str, durable: bool = True) -> None:
    """Write a text file unless it says just that: an unchanged one keeps its modification time."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text, durable=durable)


def settle(*places: Path) -> None:
    """Have all that was written so far on the disks of these folders: one call of the kernel for each disk.

    Raises
    ------
    OSError
        When a disk did not take it.
    """
    for place in {place.stat().st_dev: place for place in places}.values():
        handle = os.open(place, os.O_RDONLY)
        try:
            if sys.platform != "linux":
                os.sync()
            elif _LIBC.syncfs(handle):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        finally:
            os.close(handle)


def refuse_existing(out: Path) -> None:
    """Never write over what a command was told to make with ``--out``.

    Raises
    ------
    StopRun
        When there is such a file.
    """
    if out.exists():
        raise StopRun(f"There is a file {out} already.", "name another with --out, or move that one away")
