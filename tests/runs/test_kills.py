"""A run that is killed again and again ends as an undisturbed one, and releases nothing half-written."""

from pathlib import Path

import pytest
from runs.killed import kill_often
from runs.tiny import Folders, beside

pytestmark = pytest.mark.long
KILLS = 20


def test_kills_at_random_moments(undisturbed: Folders, tmp_path: Path) -> None:
    assert list(kill_often(undisturbed, tmp_path, KILLS, seed=9, most=14)) == []


def test_two_runs_on_one_output(undisturbed: Folders, tmp_path: Path) -> None:
    folders = beside(tmp_path, "run", undisturbed.source, undisturbed.private / "key")
    first = folders.start()
    other = Folders(folders.source, tmp_path / "private", folders.output, tmp_path / "work")
    while not (folders.private / "run.json").is_file() and first.poll() is None:
        pass
    other.start("--dry-run").wait()
    first.kill()
    first.wait()
    assert "Another run is at work in" in other.said
