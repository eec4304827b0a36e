"""What all tests share: the real scans, and whether their absence is a failure."""

import shutil
import subprocess
from pathlib import Path

import pytest
from absence import absent

SHARED = Path(__file__).parents[2] / "shared"


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
