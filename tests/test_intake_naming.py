"""What is not cleaned is called by its kind."""

import gzip

import pytest

from cleanroom.intake import naming


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "Office"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\0\0\0\x20ftypisom", "MP4"),
        (b"\0\0\0\x14ftypqt  ", "QuickTime"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
        (bytes(344) + b"n+1\0", "NIfTI"),
        (b"MATLAB 5.0 MAT-file", "MATLAB"),
        (b"name;id\nA;1\nB;2\n", "csv"),
        (b"Bitte pr\xfcfen:\r\nBefund\r\n", "text"),
        (b"\x01\x02\x03\x00", "unknown"),
    ],
)
def test_other_files_are_named(head: bytes, name: str) -> None:
    assert name in naming.other(head)


def test_archives_and_documents_are_named() -> None:
    assert "7z" in naming.archive(b"7z\xbc\xaf\x27\x1c")
    assert "RAR" in naming.archive(b"Rar!\x1a\x07")
    assert "nii.gz" in naming.archive(gzip.compress(bytes(344) + b"n+1\0" + bytes(2000)))
    assert "docx" in naming.wrapped(["[Content_Types].xml", "word/document.xml"])
    assert "xlsx" in naming.wrapped(["[Content_Types].xml", "xl/workbook.xml"])
    assert "OpenDocument" in naming.wrapped(["mimetype", "content.xml"])
    assert naming.wrapped(["IM1"]) == ""
