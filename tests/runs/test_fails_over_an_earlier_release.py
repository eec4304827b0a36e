"""A run with another config over an earlier release, in which a step fails: the next call makes up for it."""

import csv
from pathlib import Path

import pytest
from many import write_studies
from PIL import Image
from runs.tiny import OVER, Folders, beside

STUDIES = 4
STEPS = ("clean", "verify", "release")
LOOKED_AT = '[{match: "*", release: true, reason: looked at}]'
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four studies and a picture."""
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


def test_steps_fail_each_on_another_study(again: Folders, other: dict[str, str]) -> None:
    before = again.released()
    names = sorted(path.name for path in (again.private / "studies").iterdir())
    failing = dict(zip(STEPS, names, strict=False))
    locks = [again.private / "work" / study / f".{step}.lock" for step, study in failing.items()]
    for lock in locks:
        lock.unlink()
        lock.mkdir()
    assert again.start(**OVER).wait() != 0
    now = {path: digest for path, digest in again.released().items() if path.startswith("dicom/")}
    stands = {path.split("/")[2] for path, digest in now.items() if digest == before[path]}
    assert len(now) == STUDIES
    assert stands == set(failing.values())
    assert again.unsound(before, other) == []
    for step in STEPS:
        assert f"{step}: no verdict" in again.said
    assert "what was released of it before still stands" in " ".join(again.said.split())
    with (again.private / "inventory.tsv").open() as file:
        fates = {row["study"]: row["verdict"] for row in csv.DictReader(file, delimiter="\t") if row["study"]}
    assert {name for name, fate in fates.items() if fate != "released"} == stands
    for lock in locks:
        lock.rmdir()
    planned = again.finish("--dry-run", **OVER)
    assert f"the last run did not take {len(STEPS)} studies to their end" in planned
    assert {*STEPS, "report"} <= set(planned.split())
    again.finish(**OVER)
    assert again.released() == other
    assert "Nothing to be done" in again.finish(**OVER)


def test_a_picture_is_kept_back_now_and_the_step_that_takes_it_out_fails_at_first(
    again: Folders, other: dict[str, str]
) -> None:
    staging = again.output / ".staging"
    staging.mkdir()
    (staging / "files").symlink_to("/nowhere/at/all")
    assert again.start(**OVER).wait() != 0
    assert len(list(again.output.glob("release/other/*/*"))) == 1
    (staging / "files").unlink()
    again.finish(**OVER)
    assert list(again.output.glob("release/other/*")) == []
    assert again.released() == other
