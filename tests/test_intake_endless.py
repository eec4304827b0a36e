"""Headers without an end: refused within a bound, and what is only large is taken in."""

import io
import zlib
from pathlib import Path

import pytest
from exports import instance, save
from pydicom import dcmread, dcmwrite

from cleanroom.intake import bounded
from cleanroom.intake.header import Look, look
from cleanroom.intake.kind import Kind

DEFLATED = "1.2.840.10008.1.2.1.99"


def looked(path: Path) -> Look:
    return look(path.parent, path.name, path.stat().st_size)


def with_value(path: Path, size: int) -> Path:
    """An instance with a private value of so many zeros, which take no place on the disk."""
    made = instance(1)
    del made.PixelData
    save(made, path)
    with path.open("ab") as file:
        file.write(b"\xe1\x7f\x10\0UN\0\0" + size.to_bytes(4, "little"))
        file.truncate(file.tell() + size)
    return path


def test_a_value_larger_than_a_header_may_be(tmp_path: Path) -> None:
    found = looked(with_value(tmp_path / "a.dcm", 3_000_000_000))
    assert (found.kind, found.reason) == (Kind.UNREADABLE, "the DICOM header is larger than 400 MB")


def test_a_large_value_is_no_reason(tmp_path: Path) -> None:
    found = looked(with_value(tmp_path / "a.dcm", 30_000_000))
    assert (found.kind, found.reason) == (Kind.DICOM, "")


def test_zeros_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MOST_ZEROS", 5_000)
    with (tmp_path / "a.dcm").open("wb") as file:
        file.write(bytes(128) + b"DICM")
        file.truncate(1 << 40)
    assert looked(tmp_path / "a.dcm").reason == "the DICOM header has no end"


@pytest.mark.parametrize(
    "hidden", [b"", b"\2\0\x01\0OB\0\0" + (70_000).to_bytes(4, "little") + bytes(70_000)]
)
def test_a_deflated_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: bytes) -> None:
    """Also where its transfer syntax stands behind a long value, and without a preamble."""
    monkeypatch.setattr(bounded, "MOST_BYTES", 20_000_000)
    made = instance(1)
    made.file_meta.TransferSyntaxUID = DEFLATED
    file = io.BytesIO()
    dcmwrite(file, made, enforce_file_format=True)
    whole = file.getvalue()
    start = 144 + int.from_bytes(whole[140:144], "little")
    packed = zlib.compressobj(1, wbits=-15)
    bomb = packed.compress(bytes(100_000_000)) + packed.flush()
    assert len(dcmread(io.BytesIO(whole)).PixelData) == 128
    (tmp_path / "whole.dcm").write_bytes(whole)
    (tmp_path / "bomb.dcm").write_bytes(whole[:132] + hidden + whole[132:start] + bomb)
    assert looked(tmp_path / "whole.dcm").reason == ""
    (tmp_path / "bare.dcm").write_bytes(whole[132:start] + bomb)
    for name in ("bomb.dcm", "bare.dcm"):
        assert looked(tmp_path / name).reason == "its deflated dataset is larger than 20 MB"
