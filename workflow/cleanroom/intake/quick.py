"""Header values as text, from stored bytes: the usual ones at once, the others as pydicom gives them."""

import re
from collections.abc import Iterable
from typing import Any

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

_USUAL = re.compile(rb"[\x20-\x5b\x5d-\x7d]*")
"""What every character set reads the same, and no backslash between values."""
_CODES = re.compile(rb"[\x21-\x5b\x5d-\x7d]+(?:[ \\][\x21-\x5b\x5d-\x7d]+)*")
_WHOLE = re.compile(rb"0|[1-9][0-9]{0,8}")
_PADDING = b"\0 "


class Texts:
    """Elements by name: :meth:`of` gives their texts in one header.

    Parameters
    ----------
    keywords
        Name → keyword of the standard.
    """

    def __init__(self, keywords: dict[str, str]) -> None:
        self._elements = [
            (name, Tag(keyword), keyword, dictionary_VR(Tag(keyword))) for name, keyword in keywords.items()
        ]

    def of(self, header: Dataset) -> dict[str, str]:
        """Name → text without its padding; several values with backslashes; "" where none is."""
        stored = header._dict
        texts = {}
        for name, tag, keyword, vr in self._elements:
            element = stored.get(tag)
            if element is None:
                texts[name] = ""
                continue
            quick = _quick(element, vr)
            texts[name] = text(header.get(keyword)) if quick is None else quick
        return texts


def text(value: Any) -> str:
    """A value as pydicom gives it, as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip("\0 ")
    if isinstance(value, Iterable):
        return "\\".join(str(part) for part in value)
    return str(value)


def _quick(element: Any, vr: str) -> str | None:
    """The text of a stored value that can only be read in one way; else None."""
    if not isinstance(element, RawDataElement) or element.VR not in (vr, None):
        return None
    value = (element.value or b"").strip(_PADDING)
    if vr == "IS":
        usual = not value or _WHOLE.fullmatch(value)
    elif vr == "CS":
        usual = not value or _CODES.fullmatch(value)
    else:
        usual = _USUAL.fullmatch(value)
    return value.decode("ascii") if usual else None
