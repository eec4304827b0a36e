"""A run that is killed again and again ends as an undisturbed one, and releases nothing half-written."""

from pathlib import Path
from random import Random

import pytest
from runs.killed import Kills
from runs.tiny import Folders, Undisturbed, beside

pytestmark = pytest.mark.long
KILLS = 20


def test_kills_at_random_moments(both: Undisturbed, tmp_path: Path) -> None:
    kills = Kills(both, KILLS, Random(9), most=14)
    assert list(kills.often(tmp_path)) == []


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
