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


def hold(folder: Path, part: bool, file: str = "") -> bool:
    """Hold a folder until this process ends; where the file system knows no locks, nothing happens.

    On NFS a lock on a folder binds one machine, one on a file all.

    Parameters
    ----------
    folder
        ``private`` or ``output``.
    part
        This is a part of a run, beside which others may be at work.
    file
        The name of a file in it that is held too.

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
    held = [_hold(each, folder, part) for each in ([place, place / file] if file else [place])]
    return all(held)


def _hold(place: Path, folder: Path, part: bool) -> bool:
    if only(place):
        return True
    handle = _opened(place)
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


def only(place: Path) -> bool:
    """Hold a folder or file until this process ends, if no other process does; whether it is held now."""
    place = place.resolve()
    if place not in _held:
        handle = _opened(place)
        if not _taken(handle, fcntl.LOCK_EX):
            os.close(handle)
            return False
        _held[place] = handle
    return True


def _opened(place: Path) -> int:
    how = os.O_RDONLY if place.is_dir() else os.O_RDWR | os.O_CREAT
    return os.open(place, how | os.O_CLOEXEC, 0o600)


def share(folder: Path) -> None:
    """Let other parts in beside this one."""
    place = folder.resolve()
    for held, handle in _held.items():
        if place in (held, held.parent):
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
