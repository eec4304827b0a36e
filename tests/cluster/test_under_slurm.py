"""The demo under a SLURM of one node: jobs die of too little memory, the node goes down and comes back."""

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from cluster.conftest import HERE, Place
from runs.tiny import Folders

SLURM = (
    f"--workflow-profile={HERE / 'profiles' / 'slurm'}",
    "--slurm-init-seconds-before-status-checks=5",
    "--latency-wait=20",
    "--set-threads",
    "intake=2",
    "redact_files=1",
    "verify_files=1",
)
HUNGRY, TOO_LITTLE_MB = "redact_files", 700
"""A step that asks for a gigabyte within seconds: the kernel does not kill what creeps up to its limit.

It throws away the step's libraries and reads them again, for hours (docs/cluster.md).
"""
NODE = subprocess.run(["hostname", "-s"], capture_output=True, text=True, check=True).stdout.strip()


def jobs(folder: Path, rule: str = "") -> list[dict[str, str]]:
    """What SLURM knows of the jobs of a run, in the order of their submission."""
    told = subprocess.run(
        ["scontrol", "--oneliner", "show", "jobs"], capture_output=True, text=True, check=False
    )
    found = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in told.stdout.splitlines()]
    mine = [job for job in found if job.get("WorkDir") == str(folder)]
    return [job for job in mine if rule in job.get("Comment", "")]


def running(folder: Path, rule: str = "") -> list[dict[str, str]]:
    """The jobs of a run that are at work."""
    return [job for job in jobs(folder, rule) if job["JobState"] == "RUNNING"]


def until(there: Callable[[], object], seconds: float = 900) -> None:
    """Wait for something.

    Raises
    ------
    AssertionError
        When it does not come.
    """
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, there
        time.sleep(1)


def test_a_node_goes_down_and_comes_back(slurm: str, place: Place) -> None:
    assert slurm
    folders = place.beside("node")
    began = time.monotonic()
    process = folders.start(*SLURM)
    try:
        until(lambda: running(folders.work, "deface") or process.poll() is not None)
        node("down", "Reason=test")
        until(lambda: not running(folders.work))
        node("resume")
        ended(process, folders)
    finally:
        process.kill()
    place.tell("SLURM, its node down and up", time.monotonic() - began)
    assert [job for job in jobs(folders.work) if job["Restarts"] != "0"], "no job was disturbed"
    assert folders.released() == place.plain.released()


def test_jobs_killed_by_memory_come_back_larger(slurm: str, apptainer: str, place: Place) -> None:
    assert apptainer
    folders = place.beside("memory")
    began = time.monotonic()
    little = f"{HUNGRY}:mem_mb={TOO_LITTLE_MB}*attempt*attempt*attempt"
    process = folders.start(*SLURM, "--sdm=apptainer", "--set-resources", little)
    try:
        ended(process, folders)
    finally:
        process.kill()
    place.tell(f"SLURM in containers, killed by memory ({slurm})", time.monotonic() - began)
    first, second = jobs(folders.work, HUNGRY)
    assert first["MinMemoryNode"] == f"{TOO_LITTLE_MB}M"
    assert first["JobState"] in {"FAILED", "OUT_OF_MEMORY"}, first
    assert second["MinMemoryNode"] == f"{TOO_LITTLE_MB * 8}M"
    assert second["JobState"] == "COMPLETED", second
    logs = folders.work.glob(f".snakemake/slurm_logs/rule_{HUNGRY}/**/*.log")
    assert re.search("Out Of Memory|memory limit", "".join(path.read_text() for path in logs)), first
    assert folders.released() == place.plain.released()


def ended(process: "subprocess.Popen[bytes]", folders: Folders) -> None:
    """Wait for the good end of a run.

    Raises
    ------
    AssertionError
        When it fails.
    subprocess.TimeoutExpired
        When it hangs.
    """
    assert process.wait(timeout=1200) == 0, folders.said[-3000:]


def node(state: str, *more: str) -> None:
    """Set the state of the node."""
    subprocess.run(["scontrol", "update", f"NodeName={NODE}", f"State={state}", *more], check=True)
