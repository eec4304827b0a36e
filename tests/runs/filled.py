"""Disks that fill while a run works: small file systems in memory, which the test fills and empties."""

import shutil
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from runs.tiny import Folders, Undisturbed

_MEGABYTES = 48


@contextmanager
def disk(place: Path) -> Iterator[Path]:
    """A file system of its own, 48 MB of memory, as long as the block lasts; needs root.

    Raises
    ------
    PermissionError
        When nothing may be mounted here.
    """
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "cleanroom-test", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PermissionError(done.stderr)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> Path:
    """Write until nothing more fits; the file that takes the space."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


@dataclass
class Fillings:
    """Full disks in the middle of runs.

    Each time the run is left to end by itself, room is made, and the next call goes on.

    Attributes
    ----------
    both
        The undisturbed runs.
    folders
        Their ``private`` and ``output`` lie on a :func:`disk` each; the key is there.
    random
        Of the moments, and of the disk: that of ``private`` or of ``output``.
    most
        So many jobs may begin between a call and the moment.
    """

    both: Undisturbed
    folders: Folders
    random: Random
    most: int

    def often(self, times: int) -> Iterator[str]:
        """Fill a disk so many times, half of them in a run over an earlier release; what went wrong."""
        parts = (times - times // 2, times // 2)
        for (config, goal), part in zip(self.both.targets, parts, strict=True):
            failed = 0
            for _ in range(part):
                failed += yield from self._once(config)
                if self.folders.released() == goal:
                    break
            self.folders.finish(**config)
            if self.folders.released() != goal:
                yield f"with {config} it ends in other bytes"
            if not failed:
                yield f"with {config} no run ever failed"

    def _once(self, config: dict[str, str]) -> Generator[str, None, bool]:
        """What goes wrong in one run; whether it fails."""
        process = self.folders.start(**config)
        self.folders.wait_for_jobs(self.random.randint(0, self.most), process)
        name = self.random.choice(["private", "output"])
        ballast = fill(getattr(self.folders, name).parent)
        failed = process.wait() != 0
        yield from (f"{name} full: {wrong}" for wrong in self.folders.unsound(*self.both.releases))
        ballast.unlink()
        said = self.folders.said
        if failed and "No space left" not in said and "are free" not in said:
            yield f"{name} was full, and this was said: {said[-2000:]}"
        return failed


def on_disks(places: list[Path], whole: Folders, work: Path) -> Folders:
    """The folders of a run: ``private`` on the first disk, ``output`` on the second."""
    private, output = (place / "run" for place in places)
    private.mkdir(mode=0o700)
    shutil.copy2(whole.private / "key", private / "key")
    return Folders(whole.source, private, output, work)
