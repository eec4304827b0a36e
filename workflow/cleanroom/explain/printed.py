"""Values as they may be printed on a terminal."""

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

_LONGEST = 60


def printed(header: Dataset, tag: int) -> str:
    """The value of an element in one line; bytes and sequences by their size.

    Nothing in it controls the terminal: what cannot be printed becomes a dot.
    """
    if tag not in header:
        return ""
    try:
        value = header[tag].value
    except Exception:
        value = header.get_item(tag).value
    if isinstance(value, bytes):
        return f"({len(value)} bytes)" if value else ""
    if isinstance(value, Sequence):
        return f"({len(value)} item{'s' * (len(value) != 1)})"
    parts = value if isinstance(value, list | MultiValue) else [value]
    text = "\\".join("" if part is None else str(part) for part in parts)
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def vr_of(header: Dataset, tag: int) -> str:
    """The value representation of an element; of a broken one what is stored."""
    try:
        return header[tag].VR
    except Exception:
        return header.get_item(tag).VR or ""


def cut(text: str) -> str:
    """A text of at most 60 characters."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
