"""The demo on a machine with too little memory: the kernel kills steps and what they have started."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cluster.conftest import Place

GROUPS = Path("/sys/fs/cgroup/memory")
LITTLE_MB = 500
"""The start, two Snakemakes' worth, fits; no step on a head does."""
PATIENCE = 240
"""Seconds: what only just fits is not killed, and does not end either."""


@pytest.fixture
def little() -> Iterator[Path]:
    """A group of processes that together have too little memory."""
    group = GROUPS / "cleanroom-little"
    try:
        group.mkdir(exist_ok=True)
        (group / "memory.limit_in_bytes").write_text(f"{LITTLE_MB}M")
    except OSError:
        pytest.skip("this machine lets root make no groups of processes with a limit of memory (cgroup v1)")
    yield group
    while group.exists():
        for process in (group / "cgroup.procs").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        with suppress(OSError):  # the last of them is not gone yet
            group.rmdir()
        time.sleep(0.1)


def test_what_was_killed_is_done_by_the_next_call(little: Path, place: Place) -> None:
    folders = place.beside("little")
    ours = next(line for line in Path("/proc/self/cgroup").read_text().split() if ":memory:" in line)
    home = GROUPS / ours.rpartition(":")[2].strip("/")
    began = time.monotonic()
    (little / "cgroup.procs").write_text(str(os.getpid()))
    try:
        process = folders.start()
    finally:
        (home / "cgroup.procs").write_text(str(os.getpid()))
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    killed = re.search(r"oom_kill (\d+)", (little / "memory.oom_control").read_text())
    assert killed
    assert int(killed[1]), folders.said[-3000:]
    assert folders.unsound(place.plain.released()) == []
    folders.finish()
    place.tell(f"{killed[1]} processes killed by memory, and the run after it", time.monotonic() - began)
    assert folders.released() == place.plain.released()
