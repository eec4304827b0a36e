"""What a file is, told by its first bytes and never by its name."""

from enum import StrEnum

HEAD = 1100
"""How many first bytes :func:`kind` wants to see."""


class Kind(StrEnum):
    """The kinds of the inventory."""

    DICOM = "dicom"
    DICOMDIR = "dicomdir"
    PICTURE = "picture"
    PDF = "pdf"
    ARCHIVE = "archive"
    OTHER = "other"
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    LINK = "link"


_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"GIF8", b"BM")
_ARCHIVES = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
_FIRST_GROUPS = (b"\x02\0", b"\x04\0", b"\x08\0", b"\0\x02", b"\0\x08")
"""Groups 2, 4 and 8 in little and big endian: how a DICOM file without a preamble starts."""


def kind(head: bytes) -> Kind:
    """Sort by magic numbers; DICOM first, for its preamble may look like a TIFF."""
    if head[128:132] == b"DICM":
        return Kind.DICOM
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if is_zip(head) or head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return Kind.ARCHIVE
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Kind.PICTURE
    return Kind.OTHER


def is_zip(head: bytes) -> bool:
    """A zip archive, empty ones included."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def may_lack_preamble(head: bytes) -> bool:
    """Whether this may be a DICOM dataset without preamble and file meta (PS3.10 7.1)."""
    return len(head) >= 8 and head[:2] in _FIRST_GROUPS and (head[4:6].isalpha() or head[6:8] == b"\0\0")
