"""Whole cleaned files keep their transfer syntax and every byte of their pixels."""

import hashlib
import io
from pathlib import Path

import pydicom
import pytest
from cleaning import BASIC, values_for
from pydicom.dataset import Dataset

from cleanroom.clean.meta import transfer_syntax_of
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.whole import write_whole
from cleanroom.errors import SetAside

FOLDERS = ["odd_cornerstone_codecs", "odd_dicomparser", "odd_pydicom/pydicom-data", "odd_pydicom/test_files"]
PIXELS = ["PixelData", "FloatPixelData", "DoubleFloatPixelData"]


def pixels(header: Dataset) -> str:
    return hashlib.sha256(b"".join(header.get(word) or b"" for word in PIXELS)).hexdigest()


def whole(path: Path) -> bytes:
    target = io.BytesIO()
    with quiet_pydicom(), path.open("rb") as source:
        original = read_header(source)
        header, _ = clean_original(original, BASIC, values_for(original, BASIC))
        write_whole(target, header, source, original, transfer_syntax_of(original))
    return target.getvalue()


@pytest.mark.parametrize("folder", FOLDERS)
def test_pixels_and_transfer_syntax_stay(scans: Path, folder: str) -> None:
    syntaxes = set()
    for path in sorted(path for path in (scans / folder).rglob("*") if path.is_file()):
        try:
            after = whole(path)
        except SetAside:
            continue
        with quiet_pydicom():
            original = pydicom.dcmread(path, force=True)
            new = pydicom.dcmread(io.BytesIO(after))
            syntaxes.add(str(new.file_meta.TransferSyntaxUID))
            assert new.file_meta.TransferSyntaxUID == transfer_syntax_of(original)
            assert pixels(new) == pixels(original)
            assert new.get("Rows") == original.get("Rows")
            assert new.get("WindowCenter") == original.get("WindowCenter")
        assert after == whole(path)
    assert len(syntaxes) > 3


def test_a_file_that_ends_inside_its_pixels_is_set_aside(scans: Path) -> None:
    with pytest.raises(SetAside, match="ends inside its pixels"):
        whole(scans / "odd_pydicom" / "test_files" / "MR_truncated.dcm")
