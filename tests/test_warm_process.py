"""The process that works for the jobs of a local run: whom it serves, and what ends with what."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import cleanroom

PACKAGES = str(Path(cleanroom.__file__).parents[1])
NAME = f"cleanroom-test-{os.getpid()}"
ENVIRONMENT = os.environ | {"PYTHONPATH": PACKAGES, "CLEANROOM_WARM": NAME, "OMP_NUM_THREADS": "1"}
BROKEN = [sys.executable, "-m", "cleanroom", "sample", "/proc/nowhere"]


@pytest.fixture(scope="module")
def server() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "cleanroom.warm.server"], env=ENVIRONMENT)
    while NAME not in Path("/proc/net/unix").read_text():
        assert process.poll() is None
        time.sleep(0.02)
    yield process
    process.kill()
    process.wait()


def children(server: "subprocess.Popen[bytes]") -> list[str]:
    return Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()


def served(done: "subprocess.CompletedProcess[str]") -> bool:
    """Whether the traceback of a command that fails leads through the server."""
    assert done.returncode == 1
    assert "FileNotFoundError" in done.stderr
    return "server.py" in done.stderr


@pytest.mark.parametrize(("threads", "expected"), [("1", True), ("4", False)])
def test_a_job_of_one_thread_is_served(
    server: "subprocess.Popen[bytes]", threads: str, expected: bool
) -> None:
    there = ENVIRONMENT | {"OMP_NUM_THREADS": threads}
    done = subprocess.run(BROKEN, env=there, capture_output=True, text=True, check=False)
    assert served(done) is expected
    assert server.poll() is None


def test_a_process_that_is_not_of_this_run_works_by_itself(
    server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    """As a job of a scheduler on the same machine: it must not leave its limits."""
    said = tmp_path / "said"
    command = f"({' '.join(BROKEN)} 2> {said}.part; mv {said}.part {said}) &"
    subprocess.run(["setsid", "sh", "-c", command], env=ENVIRONMENT, check=True)
    while not said.exists():
        time.sleep(0.05)
    assert "FileNotFoundError" in said.read_text()
    assert "server.py" not in said.read_text()
    assert children(server) == []


def test_a_command_that_is_killed_takes_its_work_with_it(
    server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "cleanroom", "sample", str(tmp_path / "sample")]
    job = subprocess.Popen(command, env=ENVIRONMENT)
    while not children(server):
        assert job.poll() is None
        time.sleep(0.05)
    job.kill()
    job.wait()
    until = time.monotonic() + 60
    while children(server):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert server.poll() is None
