"""Runs whose machine loses its power: what the kernel had not yet written to the disks is gone.

A disk is a file with a file system of its own. ``FS_IOC_SHUTDOWN`` stops that as it stands, as the kernel's
own tests do: nothing more gets through, the log is not flushed. Mounting it again replays the log.
"""

import fcntl
import os
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from runs.tiny import OVER, Folders, Undisturbed, wait_for_group

from cleanroom.study import RECORDS

_SHUTDOWN = 0x8004587D
"""``FS_IOC_SHUTDOWN`` of Linux: ``_IOR('X', 125, __u32)``."""
_WITHOUT_LOG = 2
_MEGABYTES = 512


@dataclass(frozen=True)
class Disk:
    """A file system in a file, mounted."""

    image: Path
    place: Path
    kind: str
    options: str

    def mount(self) -> None:
        """Mount it; the log is replayed."""
        _done("mount", "-t", self.kind, "-o", f"loop,{self.options}", str(self.image), str(self.place))

    def stop(self) -> None:
        """Let nothing more through."""
        handle = os.open(self.place, os.O_RDONLY)
        fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_LOG))
        os.close(handle)

    def unmount(self) -> None:
        """Take it away; as long as a killed process is not quite gone, it is busy."""
        for _ in range(100):
            if not subprocess.run(["umount", str(self.place)], capture_output=True, check=False).returncode:
                return
            time.sleep(0.1)
        _done("umount", str(self.place))


@contextmanager
def disk(folder: Path, kind: str = "ext4", options: str = "defaults") -> Iterator[Disk]:
    """An empty disk as long as the block lasts; needs root.

    Raises
    ------
    PermissionError
        When none may be made or mounted here.
    """
    made = Disk(folder / "disk", folder / "mounted", kind, options)
    made.place.mkdir(parents=True)
    with made.image.open("wb") as file:
        file.truncate(_MEGABYTES << 20)
    _done(f"mkfs.{kind}", "-q", str(made.image))
    made.mount()
    try:
        yield made
    finally:
        made.unmount()
        made.image.unlink()


def cut(disks: Sequence[Disk], process: "subprocess.Popen[bytes]") -> None:
    """Take the power away from the disks and a run, and give it back to the disks."""
    for each in disks:
        each.stop()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    wait_for_group(process.pid)
    for each in disks:
        each.unmount()
        each.mount()


def on_disks(disks: Sequence[Disk], whole: Folders, name: str) -> Folders:
    """The folders of a run, with the key of another: ``private`` on the first disk, the rest on the last."""
    first, last = (disks[number].place / name for number in (0, -1))
    (first / "private").mkdir(parents=True, mode=0o700)
    shutil.copy2(whole.private / "key", first / "private" / "key")
    (last / "work").mkdir(parents=True, exist_ok=True)
    os.sync()
    return Folders(whole.source, first / "private", last / "out", last / "work")


def cut_often(both: Undisturbed, disks: Sequence[Disk], cuts: int, seed: int, most: int) -> Iterator[str]:
    """Cut the power again and again; what went wrong.

    One run goes on through the cuts until it is done, then another config is run over it, then all begins
    anew.

    Parameters
    ----------
    both
        The undisturbed runs.
    disks
        Where ``private``, ``output`` and the working folder lie.
    cuts, seed, most
        How many; of the moments; so many jobs may begin between two cuts.
    """
    random = Random(seed)
    done = number = 0
    planned = _planned(both.first, OVER)
    while done < cuts:
        number += 1
        folders = on_disks(disks, both.first, f"run{number}")
        for (config, goal), other in zip(both.targets, (OVER, {}), strict=True):
            while done < cuts and folders.released() != goal:
                process = folders.start(**config)
                moment = _wait(folders, process, random, most)
                cut(disks, process)
                done += 1
                yield from (f"cut {done}, {moment}: {wrong}" for wrong in folders.unsound(*both.releases))
            if folders.start(**config).wait():
                yield f"run {number}, {done} cuts: the last call fails: {folders.said[-1500:]}"
            if folders.released() != goal:
                yield f"run {number}, {done} cuts: with {config} it ends in other bytes"
            if (now := _planned(folders, other)) != planned:
                yield f"run {number}, {done} cuts: another profile would run {now}, not {planned}"
        for each in disks:
            shutil.rmtree(each.place / f"run{number}")


def _wait(folders: Folders, process: "subprocess.Popen[bytes]", random: Random, most: int) -> str:
    """Until the moment of a cut: after some jobs, or when a step has just left a record."""
    folders.wait_for_jobs(random.randint(0, most), process)
    name = random.choice([*RECORDS.values(), ""])
    if not name:
        time.sleep(random.uniform(0, 1))
        return "at random"
    before = set(folders.private.glob(f"studies/*/{name}"))
    while process.poll() is None and set(folders.private.glob(f"studies/*/{name}")) <= before:
        time.sleep(0.005)
    return f"after {name}"


def _planned(folders: Folders, config: dict[str, str]) -> dict[str, int]:
    """How many jobs of each rule another profile would run: what is made from what must still be known."""
    pairs = (line.split() for line in folders.finish("--dry-run", **config).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdecimal()}


def _done(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise PermissionError(f"There is no {command[0]} here.") from error
    if done.returncode:
        raise PermissionError(f"{command[0]}: {done.stderr}")
