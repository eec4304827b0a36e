"""The identifying words of one header, so that no reviewed technical attribute repeats them."""

import re

from pydicom.dataset import Dataset

from cleanroom.header.elements import items_of, value_of

SHORTEST = 4
_SOURCES = (
    0x00080050,  # Accession Number
    0x00080090,  # Referring Physician's Name
    0x00081050,  # Performing Physician's Name
    0x00081070,  # Operators' Name
    0x00100010,  # Patient's Name
    0x00100020,  # Patient ID
    0x00100030,  # Patient's Birth Date
    0x00101000,  # Other Patient IDs
    0x00101001,  # Other Patient Names
    0x00101005,  # Patient's Birth Name
    0x00101040,  # Patient's Address
    0x00102154,  # Patient's Telephone Numbers
)
_WHOLE = (
    0x00080080,  # Institution Name
    0x00081010,  # Station Name
    0x00181000,  # Device Serial Number
)
"""Only the whole value: their single words (``Philips``, ``MR``) describe equipment as well."""
_OTHER_IDS = 0x00101002
_SEPARATORS = re.compile(rb"[\^=\\ ,;/_\0]+")


def identifying_words(header: Dataset) -> frozenset[bytes]:
    """Lower-case words of four bytes or more of who the patient, the staff and the institution are."""
    found = _words_of(header)
    found |= {whole for tag in _WHOLE if len(whole := _whole(header, tag)) >= SHORTEST}
    if _OTHER_IDS in header:
        for item in items_of(header.get_item(_OTHER_IDS)):
            found |= _words_of(item)
    return frozenset(found)


def repeats(value: bytes, words: frozenset[bytes]) -> bool:
    """Whether one of the words is in a value."""
    lower = value.lower()
    return any(word in lower for word in words)


def _whole(source: Dataset, tag: int) -> bytes:
    return value_of(source.get_item(tag), "LO").lower().strip(b" \0") if tag in source else b""


def _words_of(source: Dataset) -> set[bytes]:
    found: set[bytes] = set()
    for tag in _SOURCES:
        if tag in source:
            value = value_of(source.get_item(tag), "PN").lower()
            found |= {value.strip(b" \0"), *_SEPARATORS.split(value)}
    return {word for word in found if len(word) >= SHORTEST}
