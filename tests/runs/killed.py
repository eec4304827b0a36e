"""A run that is killed again and again, at random moments, and goes on each time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from runs.tiny import KINDS, Folders, Undisturbed, Watch, beside, jump, strike


@dataclass
class Kills:
    """Kills over runs on the input of an undisturbed one.

    Attributes
    ----------
    both
        The undisturbed runs.
    number
        How many kills.
    random
        Of the moments, the kinds and the jumps of the clock between some of them, by days, forward and back.
    most
        So many jobs may begin between two kills.
    """

    both: Undisturbed
    number: int
    random: Random
    most: int
    done: Counter[str] = field(default_factory=Counter)

    def often(self, folder: Path) -> Iterator[str]:
        """Kill, and say what went wrong.

        One run goes on through the kills until it is done, then another config is run over it, then all
        begins anew.

        Parameters
        ----------
        folder
            Where the killed runs lie.
        """
        first, number = self.both.first, 0
        while self.left:
            number += 1
            folders = beside(folder, f"run{number}", first.source, first.private / "key")
            for config, goal in self.both.targets:
                with Watch(folders, self.both.releases) as watch:
                    yield from self._to(folders, config, goal)
                yield from watch.wrong
                if folders.released() != goal:
                    yield f"run {number} with {config} ends in other bytes"
                yield from ([] if watch.seen else ["nothing was seen to appear"])

    @property
    def left(self) -> int:
        """How many are still to come."""
        return self.number - sum(self.done.values())

    def _to(self, folders: Folders, config: dict[str, str], goal: dict[str, str]) -> Iterator[str]:
        """Kill until the release is that of the goal."""
        process = folders.start(**config)
        while self.left:
            folders.wait_for_jobs(self.random.randint(0, self.most), process)
            if process.poll() is not None:
                if folders.released() == goal:
                    break
                process = folders.start(**config)
                continue
            kind = self.random.choice(KINDS)
            self.done[kind] += 1
            if strike(process, kind, self.random):
                yield from (f"{kind}: {wrong}" for wrong in folders.unsound(*self.both.releases))
                jump(folders, self.random.choice([0, 0, 3.0, -3.0]))
                process = folders.start(**config)
        if process.wait():
            folders.finish(**config)
