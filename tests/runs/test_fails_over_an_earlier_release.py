"""A run with another config over an earlier release, in which a step fails: the next call makes up for it."""

import csv
from pathlib import Path

import pytest
from many import write_studies
from PIL import Image
from runs.tiny import OVER, Folders, beside

STUDIES = 3
LOOKED_AT = '[{match: "*", release: true, reason: looked at}]'
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three studies and a picture."""
    folder = tmp_path_factory.mktemp("over") / "input"
    write_studies(folder, STUDIES)
    Image.effect_noise((300, 200), 40).convert("RGB").save(folder / "board.png")
    return folder


@pytest.fixture(scope="module")
def done(source: Path) -> Folders:
    """A run on them that has ended."""
    folders = beside(source.parent, "done", source)
    folders.finish(pictures=LOOKED_AT)
    assert len(list(folders.output.glob("release/other/*/*.png"))) == 1
    return folders


@pytest.fixture(scope="module")
def other(done: Folders) -> dict[str, str]:
    """The release of an undisturbed run with another config, in which all is different."""
    folders = beside(done.source.parent, "other", done.source, done.private / "key")
    folders.finish(**OVER)
    released, before = folders.released(), done.released()
    assert len(released) == STUDIES + 1
    assert all(before[path] != digest for path, digest in released.items())
    return released


@pytest.fixture
def again(done: Folders, tmp_path: Path) -> Folders:
    """A run of its own that has ended as `done` has."""
    folders = beside(tmp_path, "run", done.source, done.private / "key")
    folders.finish(pictures=LOOKED_AT)
    assert folders.released() == done.released()
    return folders


@pytest.mark.parametrize("step", ["clean", "verify", "release"])
def test_a_step_fails_on_a_study(again: Folders, other: dict[str, str], step: str) -> None:
    before = again.released()
    study = sorted(path.name for path in (again.private / "studies").iterdir())[1]
    (lock := again.private / "work" / study / f".{step}.lock").unlink()
    lock.mkdir()
    assert again.start(**OVER).wait() != 0
    now = again.released()
    assert {path for path in now if now[path] == before[path]} == {path for path in now if study in path}
    assert again.unsound(before, other) == []
    assert f"{step}: no verdict" in again.said
    assert "; what was released of it before still stands" in again.said
    with (again.private / "inventory.tsv").open() as file:
        fates = {row["study"]: row["verdict"] for row in csv.DictReader(file, delimiter="\t") if row["study"]}
    assert {name for name, fate in fates.items() if fate != "released"} == {study}
    lock.rmdir()
    planned = again.finish("--dry-run", **OVER)
    assert "the last run did not take 1 studies to their end" in planned
    assert {step, "release", "report"} <= set(planned.split())
    again.finish(**OVER)
    assert again.released() == other
    assert "Nothing to be done" in again.finish(**OVER)


def test_a_picture_that_is_kept_back_now_leaves_the_release(again: Folders) -> None:
    again.finish()
    assert list(again.output.glob("release/other/*/*")) == []


def test_the_step_that_would_take_a_picture_out_fails(again: Folders, other: dict[str, str]) -> None:
    staging = again.output / ".staging"
    staging.mkdir()
    (staging / "files").symlink_to("/nowhere/at/all")
    assert again.start(**OVER).wait() != 0
    assert len(list(again.output.glob("release/other/*/*"))) == 1
    (staging / "files").unlink()
    again.finish(**OVER)
    assert again.released() == other
