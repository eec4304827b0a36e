"""Temporary files on a node's own disk: the same results, and nothing of them is left there."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from absence import absent
from tooled import head_in_series, taken

from cleanroom import secrecy
from cleanroom.records import VolumeRecord

OTHER_DISK = Path("/dev/shm")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the private one."""
    if not OTHER_DISK.is_dir() or OTHER_DISK.stat().st_dev == tmp_path.stat().st_dev:
        absent("a second file system at /dev/shm")
    with tempfile.TemporaryDirectory(dir=OTHER_DISK) as folder:
        yield Path(folder)


def test_volumes_are_made_there_and_moved(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODE_DISK", str(disk))
    source = head_in_series(tmp_path / "export", ["head"])
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plain = taken(source, tmp_path / "a")
    there = taken(source, tmp_path / "b", scratch="$NODE_DISK", key=plain.config.private / "key")
    assert there.scratch == disk / f"cleanroom-{os.getuid()}"
    assert list(there.scratch.iterdir()) == []
    volumes = [VolumeRecord.load(study.record_path("convert")).series for study in (plain, there)]
    assert volumes[0] == volumes[1] != {}
    (series,) = volumes[0].values()
    for volume in series:
        assert (plain.work / volume.file).read_bytes() == (there.work / volume.file).read_bytes()


def test_nobody_else_may_look_into_it(disk: Path) -> None:
    folder = secrecy.scratch(str(disk))
    assert folder is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    assert secrecy.scratch(str(disk)) is None, "others could look into it, so private is used"


@pytest.mark.parametrize("place", ["", "$NO_SUCH_VARIABLE", "/no/such/folder"])
def test_a_machine_without_it_uses_private(place: str) -> None:
    assert secrecy.scratch(place) is None
