"""What several situations share."""

import os
import subprocess
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def scans() -> Path:
    """The folder with the real scans; it is never written to."""
    if not (SHARED / "unpack").is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no real scans in {SHARED}")
        pytest.skip(f"no real scans in {SHARED}")
    return Path(
        subprocess.run([SHARED / "unpack"], check=True, capture_output=True, text=True).stdout.strip()
    )
