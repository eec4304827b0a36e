"""What all tests share: the real scans, and whether their absence is a failure."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from absence import absent
from order import first

from cleanroom.sample import write_sample

SHARED = Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: a worker that begins one last would keep the others waiting."""
    items.sort(key=lambda item: first(item.path))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated hospital export of ``make demo``; the first worker that needs it writes it for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "sample").exists():
            write_sample(shared / "sample")
    return shared / "sample"


@pytest.fixture(scope="session")
def scans() -> Path:
    """The unpacked real scans of ``../shared/data``: one folder a set."""
    unpack = SHARED / "data" / "unpack"
    if not unpack.is_file():
        absent("../shared/data")
    done = subprocess.run([str(unpack)], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def dciodvfy() -> str:
    """The validator of Debian's dicom3tools."""
    found = shutil.which("dciodvfy")
    if not found:
        absent("dciodvfy (Debian package dicom3tools)")
    return str(found)
