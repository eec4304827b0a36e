"""A program that a step has started and that was killed from outside: the machine's fault, not the file's."""

from signal import SIGINT, SIGKILL, SIGTERM

from cleanroom.errors import StopRun

seen: set[str] = set()
"""Which were, since it was last cleared: a library in between may swallow the exception."""
_SIGNALS = (SIGINT, SIGKILL, SIGTERM)
_WHY = "was killed: the machine had too little memory for it, or somebody ended it"
FIX = "give the run more memory or fewer cores at a time, and run the same command again"


class Killed(StopRun):
    """What its file was read to be is not known.

    Parameters
    ----------
    program
        Its name.
    """

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} {_WHY}.", FIX)


def is_from_outside(status: int | None) -> bool:
    """Whether a program ended by a signal of others, by its status as Python or a shell tells it.

    The kernel sends SIGKILL for want of memory, schedulers SIGTERM before. A crash is another signal.
    """
    return status in {*(-number for number in _SIGNALS), *(128 + number for number in _SIGNALS)}


def check(program: str, status: int | None) -> None:
    """See how a program ended.

    Raises
    ------
    Killed
        When it was killed. A crash is not that: it may be its file's fault.
    """
    if is_from_outside(status):
        seen.add(program)
        raise Killed(program)
