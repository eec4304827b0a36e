"""The power goes in the middle of a run, on a disk that forgets what was not brought to it."""

import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from absence import absent
from many import write_studies
from runs.tiny import beside, undisturbed_over
from runs.unpowered import cut_often, disk


def test_power_cuts_at_random_moments(tmp_path: Path) -> None:
    if not shutil.which("mkfs.ext4"):
        absent("mkfs.ext4 (e2fsprogs)")
    with ExitStack() as stack:
        try:
            place = stack.enter_context(disk(tmp_path / "ext4"))
        except PermissionError as error:
            pytest.skip(f"no file system can be made and mounted here: {error}")
        write_studies(tmp_path / "input", 4, 2)
        whole = beside(tmp_path, "undisturbed", tmp_path / "input")
        whole.finish()
        assert len(whole.released()) == 4 * 2 + 1
        assert list(cut_often(undisturbed_over(whole), [place], cuts=6, seed=5, most=12)) == []
