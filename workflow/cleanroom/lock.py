"""One run at a time on a folder; parts of one run side by side. The kernel lets go when a process ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cleanroom.errors import StopRun

_PATIENCE = 30.0
"""Seconds that a part waits for the one that is starting."""
_held: dict[Path, int] = {}


def hold(folder: Path, part: bool) -> bool:
    """Hold a folder until this process ends; where the file system knows no locks, nothing happens.

    Parameters
    ----------
    folder
        ``private`` or ``output``.
    part
        This is a part of a run, beside which others may be at work.

    Returns
    -------
    bool
        Whether no other run holds it.

    Raises
    ------
    StopRun
        When another run holds it.
    """
    place = folder.resolve()
    if place in _held:
        return True
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    if _taken(handle, fcntl.LOCK_EX):
        _held[place] = handle
        return True
    until = time.monotonic() + _PATIENCE
    while part and time.monotonic() < until:
        if _taken(handle, fcntl.LOCK_SH):
            _held[place] = handle
            return False
        time.sleep(0.2)
    os.close(handle)
    raise StopRun(
        f"Another run is at work in {folder}.",
        "wait until it has ended, or stop it; parts of one run (shard=1/10) may run side by side",
    )


def share(folder: Path) -> None:
    """Let other parts in beside this one."""
    handle = _held.get(folder.resolve())
    if handle is not None:
        _taken(handle, fcntl.LOCK_SH)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no process that a killed run has left behind is at work on the same thing."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _taken(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
