"""Disks that are full, slow to answer, read-only or gone; input that changes while it is read."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from absence import absent
from many import write_studies
from runs.filled import disk, fill_often, on_disks
from runs.tiny import Folders, beside

pytestmark = pytest.mark.long
STAND_IN = Path(__file__).parent / "stand_in_disk"


@pytest.fixture
def few(undisturbed: Folders, tmp_path: Path) -> Folders:
    """A run of four studies of the undisturbed one, with its key, that has not begun."""
    write_studies(tmp_path / "input", 4, 2)
    for path in (tmp_path / "input").rglob("*"):
        os.utime(path, (1.8e9, 1.8e9))
    return beside(tmp_path, "run", tmp_path / "input", undisturbed.private / "key")


def same(folders: Folders, undisturbed: Folders) -> bool:
    """Whether the DICOM files of a run on some of the studies are those of the undisturbed run."""
    mine, whole = folders.released(), undisturbed.released()
    del mine["manifest.tsv"]
    return len(mine) == 8 and mine.items() <= whole.items()


def test_full_at_ten_moments(undisturbed: Folders, tmp_path: Path) -> None:
    with ExitStack() as stack:
        try:
            places = [stack.enter_context(disk(tmp_path / name)) for name in ("one", "two")]
        except PermissionError:
            absent("root, to mount a small file system")
        folders = on_disks(places, undisturbed, tmp_path / "work")
        assert list(fill_often(undisturbed, folders, times=10, seed=4, most=40)) == []


@pytest.mark.parametrize("code", ["ESTALE", "EIO"])
def test_a_disk_that_does_not_answer(few: Folders, undisturbed: Folders, code: str) -> None:
    """A stand-in: the open() of Python fails for one input file, as over NFS; no such disk is there."""
    stands = {"PYTHONPATH": str(STAND_IN), "STAND_IN_ERRNO": code, "STAND_IN_FILE": "0000020001"}
    folders = few
    said = folders.start(environment=stands | {"STAND_IN_FOLDER": str(folders.source)}).wait()
    assert said == 0, folders.said
    assert "the next call tries again" in folders.said
    assert set(folders.released()) < set(undisturbed.released())
    folders.finish()
    assert same(folders, undisturbed)


def test_input_that_vanishes_and_changes_midway(few: Folders, undisturbed: Folders) -> None:
    folders = few
    files = sorted(folders.source.rglob("*0001"))
    process = folders.start("--until", "clean")
    assert process.wait() == 0, folders.said
    aside = folders.source.with_name("aside")
    shutil.copytree(folders.source, aside, copy_function=shutil.copy2)
    files[0].unlink()
    with files[1].open("ab") as file:
        file.write(b"\0\0")
    said = folders.fail()
    assert "was changed or cannot be reached" in said
    for path in files[:2]:
        shutil.copy2(aside / path.relative_to(folders.source), path)
    folders.finish()
    assert same(folders, undisturbed)


def test_input_that_may_only_be_read(few: Folders, undisturbed: Folders) -> None:
    for path in [*few.source.rglob("*"), few.source]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted((path, path.stat().st_mtime_ns) for path in few.source.rglob("*"))
    few.finish()
    assert same(few, undisturbed)
    assert before == sorted((path, path.stat().st_mtime_ns) for path in few.source.rglob("*"))
