"""Whether input could not be read for a reason that may pass: then the next call looks again."""

import time
from pathlib import Path

from cleanroom.atomic import write_text

KILLED = "the program that reads it was killed, as for want of memory: the next call tries again"
NOT_READ = "the disk or the network failed when it was read: the next call tries again"

PASSING = (KILLED, NOT_READ)


def note(private: Path) -> None:
    """Have the next call look at the input as if it had changed."""
    write_text(_path(private), f"{time.time_ns()}\n")


def token(private: Path) -> str:
    """Another one after each :func:`note`; empty when there never was one."""
    return _path(private).read_text().strip() if _path(private).is_file() else ""


def _path(private: Path) -> Path:
    return private / "unread"
