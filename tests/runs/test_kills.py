"""A run that is killed again and again ends as an undisturbed one, and releases nothing half-written."""

from pathlib import Path
from random import Random

import pytest
from many import write_studies
from runs.tiny import Folders, beside, kill_at

pytestmark = pytest.mark.long
STUDIES, KILLS = 4, 5


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Four tiny studies, released in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    write_studies(folder / "input", STUDIES, 2)
    folders = beside(folder, "run", folder / "input")
    folders.finish()
    assert len(folders.released()) == STUDIES * 2 + 1
    return folders


def test_kills_at_random_moments(undisturbed: Folders, tmp_path: Path) -> None:
    random = Random(9)
    folders = beside(tmp_path, "run", undisturbed.source, undisturbed.private / "key")
    whole = undisturbed.released()
    kinds = []
    for _ in range(KILLS):
        kinds.append(kill_at(folders, random.uniform(4, 14), random))
        there = folders.released()
        there.pop("manifest.tsv", None)
        assert there.items() <= whole.items(), kinds
    folders.finish()
    assert folders.released() == whole


def test_two_runs_on_one_output(undisturbed: Folders, tmp_path: Path) -> None:
    folders = beside(tmp_path, "run", undisturbed.source, undisturbed.private / "key")
    first = folders.start()
    other = Folders(folders.source, tmp_path / "private", folders.output, tmp_path / "work")
    while not (folders.private / "run.json").is_file() and first.poll() is None:
        pass
    second = other.start("--dry-run")
    said, _ = second.communicate()
    first.kill()
    first.communicate()
    assert second.returncode != 0
    assert "Another run is at work in" in said
