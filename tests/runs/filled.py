"""Disks that fill while a run works: small file systems in memory, which the test fills and empties."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from runs.tiny import Folders

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


def fill_often(whole: Folders, folders: Folders, times: int, seed: int, most: int) -> Iterator[str]:
    """Fill the disk of ``private`` or of ``output`` in the middle of a run, again and again; what went wrong.

    Each time the run is left to end by itself, room is made, and the next call goes on.

    Parameters
    ----------
    whole
        The undisturbed run.
    folders
        Its ``private`` and ``output`` lie on a :func:`disk` each; the key is there.
    times, seed, most
        How often; of the moments; so many jobs may begin between a call and the moment.
    """
    random, released = Random(seed), whole.released()
    said = 0
    for _ in range(times):
        process = folders.start()
        folders.wait_for_jobs(random.randint(0, most), process)
        name = random.choice(["private", "output"])
        ballast = fill(getattr(folders, name).parent)
        failed = process.wait() != 0
        yield from (f"{name} full: {wrong}" for wrong in folders.unsound(released))
        ballast.unlink()
        if failed and "No space left" not in folders.said:
            yield f"{name} was full, and this was said: {folders.said[-2000:]}"
        said += failed
        if folders.released() == released:
            break
    folders.finish()
    if folders.released() != released:
        yield "it ends in other bytes"
    if not said:
        yield "no run ever failed"


def on_disks(places: list[Path], whole: Folders, work: Path) -> Folders:
    """The folders of a run: ``private`` on the first disk, ``output`` on the second."""
    private, output = (place / "run" for place in places)
    private.mkdir(mode=0o700)
    shutil.copy2(whole.private / "key", private / "key")
    return Folders(whole.source, private, output, work)
