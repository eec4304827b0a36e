"""Runs on tiny studies without heads, made to be broken as a scheduler, a disk or a power cut breaks them."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

from cleanroom import holdings
from cleanroom.config import load
from cleanroom.handing_over.listing import read

HERE = Path(__file__).parents[2]
OVER = {"profile": "basic"}
"""The config of a run over an earlier one, of which every file changes."""
KINDS = ("snakemake", "job", "machine", "ctrl-c")


def snakemake(work: Path, *arguments: str, cores: int = 2, **keys: object) -> list[str]:
    """The call of Snakemake as a user makes it, in a working folder of its own; ``keys`` of the config."""
    return [
        str(Path(sys.executable).parent / "snakemake"),
        f"--cores={cores}",
        f"--directory={work}",
        f"--snakefile={HERE / 'Snakefile'}",
        f"--configfile={HERE / 'config.yaml'}",
        f"--workflow-profile={HERE / 'profiles' / 'default'}",
        *arguments,
        "--config",
        *(f"{key}={value}" for key, value in keys.items()),
    ]


@dataclass(frozen=True)
class Folders:
    """Where one run lies."""

    source: Path
    private: Path
    output: Path
    work: Path
    """Snakemake's working folder."""

    def command(self, *arguments: str, **config: str) -> list[str]:
        """The call of Snakemake."""
        keys = {"input": self.source, "output": self.output, "private": self.private} | config
        return snakemake(self.work, *arguments, **keys)

    def start(
        self, *arguments: str, environment: dict[str, str] | None = None, umask: int = -1, **config: str
    ) -> "subprocess.Popen[bytes]":
        """Start a run, in a process group of its own; what it says goes into a file."""
        self.work.mkdir(exist_ok=True, parents=True)
        known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        with self._terminal.open("wb") as said:
            return subprocess.Popen(
                self.command(*arguments, **config),
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=known | (environment or {}),
                umask=umask,
            )

    @property
    def said(self) -> str:
        """What the last run has said so far."""
        return self._terminal.read_text()

    @property
    def _terminal(self) -> Path:
        return self.work.with_name(f"{self.work.name}-terminal")

    def finish(self, *arguments: str, **config: str) -> str:
        """Run to the end; what it said.

        Raises
        ------
        AssertionError
            When it fails.
        """
        assert self.start(*arguments, **config).wait() == 0, self.said[-3000:]
        return self.said

    def jobs(self) -> dict[str, int]:
        """The logs of jobs that have begun so far, and when each was written."""
        found = {}
        for folder, _, names in os.walk(self.private / "logs"):
            for name in names:
                with suppress(FileNotFoundError):  # a job that runs again begins a new log
                    found[f"{folder}/{name}"] = Path(folder, name).stat().st_ctime_ns
        return found

    def wait_for_jobs(self, more: int, process: "subprocess.Popen[bytes]") -> None:
        """Until so many more jobs have begun, or the run has ended."""
        before = self.jobs()
        while process.poll() is None and len(self.jobs().items() - before.items()) < more:
            time.sleep(0.05)

    def released(self) -> dict[str, str]:
        """SHA-256 of every file of the release, by path."""
        root = self.output / "release"
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def unsound(self, *wholes: dict[str, str]) -> list[str]:
        """What lies in the release that undisturbed runs do not have, or of which nobody would know."""
        found = self.released()
        manifest = found.pop("manifest.tsv", None)
        wrong = [path for path, digest in found.items() if not is_of(wholes, path, digest)]
        config = load({"input": self.source, "output": self.output, "private": self.private})
        held = {
            name: {(f.path, f.sha256) for f in holdings.load(config, name).files}
            for name in holdings.names(config)
        }
        for path, digest in found.items():
            if (path, digest) not in held.get(path.split("/")[2], set()):
                wrong.append(f"{path}: not held")
        if manifest:
            listed = {row.path: row.sha256 for row in read(self.output / "release")}
            wrong += [path for path in listed if path not in found]
            wrong += [path for path, digest in listed.items() if not is_of(wholes, path, digest)]
        return wrong


def is_of(wholes: Iterable[dict[str, str]], path: str, digest: str) -> bool:
    """Whether one of these releases has a file with this content."""
    return any(whole.get(path) == digest for whole in wholes)


@dataclass(frozen=True)
class Undisturbed:
    """Two runs on the same input: in what a broken run has to end, and one with :data:`OVER` over it."""

    first: Folders
    over: Folders

    @cached_property
    def releases(self) -> tuple[dict[str, str], dict[str, str]]:
        """Theirs."""
        return self.first.released(), self.over.released()

    @property
    def targets(self) -> list[tuple[dict[str, str], dict[str, str]]]:
        """The config and the release of each."""
        return [({}, self.releases[0]), (OVER, self.releases[1])]


def undisturbed_over(first: Folders) -> Undisturbed:
    """The same run with the other config, in folders beside it, unless it is there."""
    folder = first.private.parent.parent
    over = Folders(first.source, *(folder / "over" / name for name in ("private", "out", "work")))
    if not over.private.exists():
        beside(folder, "over", first.source, first.private / "key").finish(**OVER)
    both = Undisturbed(first, over)
    before, after = both.releases
    assert all(before[path] != digest for path, digest in after.items())
    return both


@dataclass
class Watch:
    """Looks into a release again and again while a run works on it, file by file as they appear."""

    folders: Folders
    wholes: Sequence[dict[str, str]]
    wrong: list[str] = field(default_factory=list)
    seen: dict[tuple[str, int, int], str] = field(default_factory=dict)
    """By path, inode and size: what was read at first sight."""

    def __enter__(self) -> "Watch":
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._end.wait(0.05):
            self._look()

    def _look(self) -> None:
        root = self.folders.output / "release"
        for path in root.glob("dicom/*/*/*/*"):
            name = path.relative_to(root).as_posix()
            try:
                status = path.stat()
                mark = (name, status.st_ino, status.st_size)
                if mark not in self.seen:
                    self.seen[mark] = hashlib.sha256(path.read_bytes()).hexdigest()
                    if not is_of(self.wholes, name, self.seen[mark]):
                        self.wrong.append(name)
            except FileNotFoundError:  # a series is being replaced by its like
                continue


def beside(folder: Path, name: str, source: Path, key: Path | None = None) -> Folders:
    """The folders of a run below ``folder``, with the key of another."""
    made = Folders(source, folder / name / "private", folder / name / "out", folder / name / "work")
    made.private.mkdir(parents=True, mode=0o700)
    if key:
        shutil.copy2(key, made.private / "key")
    return made


def strike(process: "subprocess.Popen[bytes]", kind: str, random: Random) -> bool:
    """End one process of a run with signal 9, or all, or say Ctrl-C; whether the run is over then."""
    if kind == "job":
        if jobs := _jobs(process.pid):
            os.kill(random.choice(jobs), signal.SIGKILL)
        return process.poll() is not None
    if kind == "machine":
        os.killpg(process.pid, signal.SIGKILL)
    elif kind == "ctrl-c":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    process.wait()
    wait_for_group(process.pid)
    return True


def jump(folders: Folders, days: float) -> None:
    """Leave the private files of a run as if the clock had been wrong by so much when they were written."""
    for path in folders.private.rglob("*"):
        if not path.is_symlink():
            status = path.stat()
            os.utime(path, (status.st_atime, status.st_mtime + days * 86400))


def _jobs(group: int) -> list[int]:
    """The processes of a group that run a step."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            if os.getpgid(int(entry.name)) == group and b"\0cleanroom" in command:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_for_group(group: int) -> None:
    """Until no process of a killed run is left."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
