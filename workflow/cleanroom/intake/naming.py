"""What a file that is not cleaned is, in words: by its first bytes, and never by its name."""

import csv
import zlib
from functools import cache
from importlib.resources import files

_WRAPPED = {"word/": "a Word document (docx)", "xl/": "an Excel workbook (xlsx)", "ppt/": "slides (pptx)"}
_TEXT = bytes({7, 8, 9, 10, 12, 13, 27} | set(range(0x20, 0x100)))
_TABULAR = (b",", b";", b"\t")
_GZIP = b"\x1f\x8b"
_ARCHIVES = {
    _GZIP: "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a zstd file",
}


def other(head: bytes) -> str:
    """What a file is that is neither DICOM, picture, PDF nor archive."""
    for at, start, name in _table():
        if head[at : at + len(start)] == start:
            return name
    low = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if low.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if b"<svg" in low:
        return "an SVG drawing"
    if head and not head.translate(None, _TEXT):
        return "a table (csv)" if _is_table(head) else "a text"
    return "a file of unknown kind"


def archive(head: bytes) -> str:
    """What an archive is that is not a zip."""
    if head.startswith(_GZIP) and _holds_volume(head):
        return "a packed NIfTI volume (nii.gz)"
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((name for start, name in _ARCHIVES.items() if head.startswith(start)), "an archive")


def wrapped(names: list[str]) -> str:
    """What an office document in a zip is; empty when it is none."""
    if "[Content_Types].xml" in names:
        found = (name for start, name in _WRAPPED.items() if any(part.startswith(start) for part in names))
        return next(found, "an Office document")
    return "an OpenDocument file (odt, ods, odp)" if "mimetype" in names else ""


@cache
def _table() -> tuple[tuple[int, bytes, str], ...]:
    rows = csv.DictReader((files(__package__) / "names.tsv").read_text().splitlines(), dialect="excel-tab")
    return tuple((int(row["at"]), bytes.fromhex(row["bytes"]), row["name"]) for row in rows)


def _is_table(head: bytes) -> bool:
    lines = head.splitlines()[:5]
    counts = [[line.count(sign) for line in lines[:-1] or lines] for sign in _TABULAR]
    return len(lines) > 1 and any(min(count) > 0 and min(count) == max(count) for count in counts)


def _holds_volume(head: bytes) -> bool:
    try:
        start = zlib.decompressobj(31).decompress(head, 352)
    except zlib.error:
        return False
    return start[344:348] in (b"n+1\0", b"ni1\0") or start[4:8] == b"n+2\0"
