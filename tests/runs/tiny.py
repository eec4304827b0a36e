"""Runs on tiny studies without heads, made to be broken as a scheduler or a power cut breaks them."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

HERE = Path(__file__).parents[2]


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
        return [
            str(Path(sys.executable).parent / "snakemake"),
            "--cores=2",
            f"--directory={self.work}",
            f"--snakefile={HERE / 'Snakefile'}",
            f"--configfile={HERE / 'config.yaml'}",
            f"--workflow-profile={HERE / 'profiles' / 'default'}",
            *arguments,
            "--config",
            *(f"{key}={value}" for key, value in keys.items()),
        ]

    def start(self, *arguments: str, **config: str) -> "subprocess.Popen[str]":
        """Start a run, in a process group of its own."""
        self.work.mkdir(exist_ok=True, parents=True)
        return subprocess.Popen(
            self.command(*arguments, **config),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def finish(self, *arguments: str, **config: str) -> str:
        """Run to the end; what it said.

        Raises
        ------
        AssertionError
            When it fails.
        """
        process = self.start(*arguments, **config)
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return said

    def released(self) -> dict[str, str]:
        """SHA-256 of every file of the release, by path."""
        root = self.output / "release"
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def beside(folder: Path, name: str, source: Path, key: Path | None = None) -> Folders:
    """The folders of a run below ``folder``, with the key of another."""
    made = Folders(source, folder / name / "private", folder / name / "out", folder / name / "work")
    made.private.mkdir(parents=True, mode=0o700)
    if key:
        (made.private / "key").write_bytes(key.read_bytes())
    return made


def kill_at(folders: Folders, after: float, random: Random) -> str:
    """Let a run work for a while, then end one of its processes, or all, with signal 9; which."""
    process = folders.start()
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        kind = random.choice(["snakemake", "job", "machine", "ctrl-c"])
        if kind == "machine":
            os.killpg(process.pid, signal.SIGKILL)
        elif kind == "ctrl-c":
            os.killpg(process.pid, signal.SIGINT)
        elif kind == "snakemake":
            process.kill()
        elif jobs := _jobs(process.pid):
            os.kill(random.choice(jobs), signal.SIGKILL)
        process.communicate()
        _wait_for_group(process.pid)
        return kind
    return "ended"


def _jobs(group: int) -> list[int]:
    """The processes of a group that run a step."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            if os.getpgid(int(entry.name)) == group and b"cleanroom\0" in command:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _wait_for_group(group: int) -> None:
    """Until no process of a killed run is left."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
