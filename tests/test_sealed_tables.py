"""The tables that name people, encrypted while nobody needs them."""

from pathlib import Path

import pytest

from cleanroom import sealed
from cleanroom.errors import StopRun


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A private folder with a crosswalk of three megabytes."""
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    (folder / "crosswalk.tsv").write_bytes(b"patient\tEXAMPLE-0001\tPABC\n" * 120_000)
    return folder


def test_sealed_and_opened_again(private: Path, tmp_path: Path) -> None:
    before = (private / "crosswalk.tsv").read_bytes()
    recipient = sealed.new_key(tmp_path / "secret")
    (target,) = sealed.seal(private, recipient)
    assert not (private / "crosswalk.tsv").exists()
    assert b"EXAMPLE" not in target.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    sealed.unseal(private, tmp_path / "secret")
    assert (private / "crosswalk.tsv").read_bytes() == before
    assert not target.exists()


def test_another_key_or_a_cut_file_gives_nothing(private: Path, tmp_path: Path) -> None:
    (target,) = sealed.seal(private, sealed.new_key(tmp_path / "secret"))
    sealed.new_key(tmp_path / "other")
    with pytest.raises(StopRun, match="cannot be decrypted"):
        sealed.unseal(private, tmp_path / "other")
    target.write_bytes(target.read_bytes()[:-100_000])
    with pytest.raises(StopRun, match="cannot be decrypted"):
        sealed.unseal(private, tmp_path / "secret")
    assert [path.name for path in private.iterdir()] == ["crosswalk.tsv.age"]
