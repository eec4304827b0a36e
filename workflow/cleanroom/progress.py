"""One line a minute on long runs: studies done, set aside, rate and time left. Short runs stay quiet."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cleanroom.records import ReleaseRecord

SECONDS = float(os.environ.get("CLEANROOM_PROGRESS_SECONDS", "60"))


def watch(private: Path, studies: list[str], say: Callable[[str], None] | None = None) -> None:
    """Say every minute how far a run is, as long as this process lives.

    Parameters
    ----------
    private
        The private folder.
    studies
        Those of the run, as far as they are known before intake; empty: those that intake finds.
    say
        Where the line goes; the terminal's error stream when None.
    """
    follower = Progress(private, studies)
    speak = say or _to_terminal

    def follow() -> None:
        said = ""
        while True:
            time.sleep(SECONDS)
            line = follower.line()
            if line not in ("", said):
                speak(line)
                said = line

    threading.Thread(target=follow, name="progress", daemon=True).start()


class Progress:
    """How many studies of a run have ended since it began.

    Parameters
    ----------
    private, studies
        As for :func:`watch`.
    """

    def __init__(self, private: Path, studies: list[str]) -> None:
        self._private = private
        self._begun = time.time()
        self._started = time.monotonic()
        self._open = set(studies)
        self._all = len(studies)
        self._before: set[str] | None = None
        self._new = 0
        self._set_aside = 0

    def line(self) -> str:
        """The line of this moment; empty while there is nothing to tell."""
        if not self._open and not self._all and not self._found():
            return ""
        before = self._before is None
        ended = {study for study in self._open if self._ended(study)}
        self._open -= ended
        fresh = {study for study in ended if self._ended(study) > self._begun} if before else ended
        self._before = set()
        self._new += len(fresh)
        self._set_aside += sum(self._is_set_aside(study) for study in ended)
        done = self._all - len(self._open)
        words = (
            f"{done:,} of {self._all:,} studies done, {self._set_aside:,} of them with something set aside"
        )
        minutes = (time.monotonic() - self._started) / 60
        if self._new and self._open:
            left = len(self._open) * minutes / self._new
            words += f"; {self._new / minutes:.1f} a minute, about {_duration(left)} left"
        return words

    def _found(self) -> bool:
        table = self._private / "studies.tsv"
        if not table.is_file() or table.stat().st_mtime < self._begun:
            return False
        self._open = set(table.read_text().split()[1:])
        self._all = len(self._open)
        return bool(self._open)

    def _ended(self, study: str) -> float:
        try:
            return (self._private / "studies" / study / "released.json").stat().st_mtime
        except OSError:
            return 0.0

    def _is_set_aside(self, study: str) -> bool:
        try:
            record = ReleaseRecord.load(self._private / "studies" / study / "released.json")
        except (OSError, ValueError):
            return False
        return bool(record.set_aside)


def _duration(minutes: float) -> str:
    if minutes < 90:
        return f"{max(minutes, 1):.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"


def _to_terminal(line: str) -> None:
    print(f"cleanroom: {line}", file=sys.stderr, flush=True)
