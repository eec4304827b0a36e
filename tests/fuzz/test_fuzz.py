"""A thousand hostile files in one folder, and odd series: none stops the others, hangs or fills memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.accounts import MEGABYTES, Outcome

FILES, SEED = {"clean": 1000, "odd": 300}, 20261126
pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=FILES)
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The batch, in a process of its own."""
    folder, part = tmp_path_factory.mktemp("fuzz"), str(request.param)
    command = [sys.executable, "-m", "fuzz.batch", str(folder), str(FILES[part]), str(SEED), part]
    here = Path(__file__).parents[1]
    paths = os.pathsep.join([str(here), str(here.parent / "workflow")])
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths}
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def test_every_file_has_one_verdict_and_no_step_failed(outcome: Outcome) -> None:
    assert outcome.failures == []
    assert outcome.files >= min(FILES.values())
    assert min(outcome.verdicts.values()) > 50


@pytest.mark.parametrize("outcome", ["clean"], indirect=True)
def test_files_of_every_kind_are_among_them(outcome: Outcome) -> None:
    assert outcome.files >= FILES["clean"]
    assert set(outcome.kinds) >= {"dicom", "picture", "pdf", "archive", "other", "unreadable", "link"}
    assert len(outcome.verdicts) == 3


@pytest.mark.parametrize("outcome", ["odd"], indirect=True)
def test_odd_series_are_released_and_set_aside(outcome: Outcome) -> None:
    assert set(outcome.verdicts) == {"released", "set_aside"}


def test_no_file_takes_ten_seconds_or_a_gigabyte(outcome: Outcome) -> None:
    assert outcome.slow == []
    assert outcome.peak_mb < MEGABYTES
