"""Disks that are full or read-only; input that changes while it is read."""

import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from absence import absent
from many import write_studies
from runs.filled import Fillings, disk, on_disks
from runs.tiny import Folders, Undisturbed, beside

pytestmark = pytest.mark.long


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


def test_full_at_ten_moments(both: Undisturbed, tmp_path: Path) -> None:
    with ExitStack() as stack:
        try:
            places = [stack.enter_context(disk(tmp_path / name)) for name in ("one", "two")]
        except PermissionError:
            absent("root, to mount a small file system")
        folders = on_disks(places, both.first, tmp_path / "work")
        assert list(Fillings(both, folders, Random(4), most=40).often(10)) == []


def test_input_that_vanishes_and_changes_midway(few: Folders, undisturbed: Folders) -> None:
    folders = few
    files = sorted(folders.source.rglob("*0001"))
    aside = folders.source.with_name("aside")
    shutil.copytree(folders.source, aside, copy_function=shutil.copy2)
    process = folders.start()
    while not (folders.private / "studies.tsv").is_file() and process.poll() is None:
        time.sleep(0.01)
    files[0].unlink()
    with files[1].open("ab") as file:
        file.write(b"\0\0")
    assert process.wait() != 0, folders.said
    logs = [path.read_text() for path in (folders.private / "logs").rglob("*.log")]
    assert sum("was changed or cannot be reached" in log for log in logs) >= 2
    assert "clean: no verdict: A file of the input was changed or cannot be reached" in folders.said
    assert folders.unsound(undisturbed.released()) == []
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
