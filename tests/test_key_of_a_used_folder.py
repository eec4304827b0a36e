"""The key of a private folder is lost, or exchanged: nobody is released a second time under another name."""

from pathlib import Path
from typing import Any

import pytest
from many import write_studies

from cleanroom.errors import StopRun
from cleanroom.start import start


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The config of folders in which a run has begun."""
    monkeypatch.chdir(tmp_path)
    write_studies(tmp_path / "in", 1)
    values = {"input": tmp_path / "in", "private": tmp_path / "private", "output": tmp_path / "out"}
    start(values, main=True)
    return values


def test_lost(used: dict[str, Any]) -> None:
    (used["private"] / "key").unlink()
    with pytest.raises(StopRun, match=r"(?s)There is no key .*restore it from your backup"):
        start(used, main=True)
    assert not (used["private"] / "key").exists()


def test_exchanged(used: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(bytes(32))
    with pytest.raises(StopRun, match=r"(?s)used with another key.*of its own"):
        start(used | {"key": tmp_path / "other"}, main=True)


def test_moved(used: dict[str, Any], tmp_path: Path) -> None:
    (used["private"] / "key").rename(tmp_path / "moved")
    start(used | {"key": tmp_path / "moved"}, main=True)


def test_named_and_not_there(tmp_path: Path) -> None:
    write_studies(tmp_path / "in", 1)
    values = {"input": tmp_path / "in", "private": tmp_path / "private", "output": tmp_path / "out"}
    with pytest.raises(StopRun, match="There is no key"):
        start(values | {"key": tmp_path / "none"}, main=True)
