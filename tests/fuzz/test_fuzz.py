"""A thousand hostile files in one folder: none stops the others, hangs, or fills the memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.accounts import MEGABYTES, Outcome

FILES, SEED = 1000, 20261126
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The batch, in a process of its own."""
    folder = tmp_path_factory.mktemp("fuzz")
    command = [sys.executable, "-m", "fuzz.batch", str(folder), str(FILES), str(SEED), "clean"]
    here = Path(__file__).parents[1]
    paths = os.pathsep.join([str(here), str(here.parent / "workflow")])
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths}
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def test_every_file_has_one_verdict_and_no_step_failed(outcome: Outcome) -> None:
    assert outcome.failures == []
    assert outcome.files >= FILES
    assert set(outcome.kinds) >= {"dicom", "picture", "pdf", "archive", "other", "unreadable", "link"}
    assert min(outcome.verdicts.values()) > 50
    assert len(outcome.verdicts) == 3


def test_no_file_takes_ten_seconds_or_a_gigabyte(outcome: Outcome) -> None:
    assert outcome.slow == []
    assert outcome.peak_mb < MEGABYTES
