"""A process that does the dangerous part: it may crash, hang or eat memory, and only its file is lost."""

import multiprocessing
import resource
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from cleanroom import killed, source
from cleanroom.errors import SetAside
from cleanroom.files.covering import Beat
from cleanroom.intake.unread import KILLED, NOT_READ

MEMORY = 6 * 1024**3
"""Bytes of address space."""
PATIENCE = 180.0
"""Seconds for one frame or page."""
LONGEST = 3600.0
"""Seconds for one file."""
_MOURNING = 10.0
"""Seconds until it is known how a process that speaks no more has ended."""
_FIX = "open it and save it anew, in parts if it is large; or leave it out"
Work = Callable[[Any, Beat], Any]


class Worker:
    """One process; it is started when needed, and again after it died.

    Parameters
    ----------
    work
        A function of a module: (job, beat) → result. Called in the process.
    """

    def __init__(self, work: Work, patience: float = PATIENCE, longest: float = LONGEST) -> None:
        self._work = work
        self._patience = patience
        self._longest = longest
        self._process: Any = None
        self._pipe: Connection | None = None

    def do(self, job: Any) -> Any:
        """The result of one job.

        Raises
        ------
        SetAside
            When the work says so, fails, takes too long or too much memory, or kills the process.
        """
        if self._pipe is None:
            self._start()
        pipe = self._pipe
        assert pipe is not None
        pipe.send(job)
        for _ in range(int(self._longest / 1.0)):
            try:
                if not pipe.poll(self._patience):
                    break
                kind, *rest = pipe.recv()
            except (EOFError, OSError):
                raise self._died() from None
            if kind == "done":
                return rest[0]
            if kind == "set_aside":
                raise SetAside(*rest)
        self.close()
        raise SetAside("it takes too long to read", _FIX)

    def close(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None

    def _died(self) -> SetAside:
        self._process.join(_MOURNING)
        status = self._process.exitcode
        self.close()
        if killed.is_from_outside(status):
            return SetAside(KILLED, killed.FIX)
        return SetAside("it made the program that reads it crash", _FIX)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        self._process.start()
        theirs.close()


def _serve(pipe: Connection, work: Work) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(work, job, pipe))


def _answer(work: Work, job: Any, pipe: Connection) -> tuple[Any, ...]:
    source.failed.clear()
    killed.seen.clear()
    answer = _done(work, job, pipe)
    if killed.seen:
        return "set_aside", KILLED, killed.FIX
    return ("set_aside", NOT_READ, "") if source.failed else answer


def _done(work: Work, job: Any, pipe: Connection) -> tuple[Any, ...]:
    try:
        return "done", work(job, lambda: pipe.send(("beat",)))
    except SetAside as error:
        return "set_aside", error.reason, error.fix
    except MemoryError:
        return "set_aside", "it takes more memory than one file may", _FIX
    except Exception as error:
        traceback.print_tb(error.__traceback__)  # without the message, which may hold a name
        return "set_aside", f"redact failed ({type(error).__name__})", "see private/logs/redact and report it"
