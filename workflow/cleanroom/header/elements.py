"""Stored elements: read and written as bytes, converted only where a rule asks for it."""

from typing import cast

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.values import convert_SQ

from cleanroom.errors import SetAside
from cleanroom.header.legality import UNDEFINED, WIDTHS
from cleanroom.header.reader import Unusual, items

PIXEL_REPRESENTATION = 0x00280103
_PADDED_WITH_NULL = {"UI", "OB", "UN"}

NO_VALUE = (AttributeError, IndexError, KeyError, NotImplementedError, OverflowError, TypeError, ValueError)
"""What comes up where a value is asked of an attribute that is missing, or holds none."""
Element = DataElement | RawDataElement
Stored = dict[BaseTag, Element]


def stored(tag: int, vr: str, value: bytes) -> RawDataElement:
    """An element as it is stored in Explicit VR Little Endian, padded to an even length."""
    if len(value) % 2:
        value += b"\0" if vr in _PADDED_WITH_NULL else b" "
    return RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)


def is_stored(element: Element) -> bool:
    """Whether an element is one that `stored` would make, and can be taken over as it is."""
    return (
        isinstance(element, RawDataElement)
        and element.VR not in (None, "UN")
        and element.is_little_endian
        and element.length % 2 == 0
        and element.value is not None
    )


def sequence(tag: int, items: list[Dataset]) -> DataElement:
    """A sequence of these items."""
    return DataElement(BaseTag(tag), "SQ", Sequence(items))


def dataset(content: Stored | None = None) -> Dataset:
    """A dataset whose elements are stored in Explicit VR Little Endian."""
    target = Dataset({} if content is None else content)
    target.set_original_encoding(False, True, target._character_set)
    return target


def value_of(element: Element, vr: str) -> bytes:
    """The stored bytes in little endian; of an element made in memory, those that would be stored."""
    if not isinstance(element, RawDataElement):
        buffer = DicomBytesIO()
        buffer.is_implicit_VR, buffer.is_little_endian = True, True
        write_data_element(buffer, element)
        return buffer.getvalue()[8:]
    value = element.value or b""
    return value if element.is_little_endian else swapped(value, vr)


def is_broken(element: Element) -> bool:
    """Whether the file ends inside this element, or its end is marked where a length belongs."""
    return isinstance(element, RawDataElement) and (
        element.length == UNDEFINED or len(element.value or b"") != element.length
    )


def swapped(value: bytes, vr: str) -> bytes:
    """A value in the other byte order."""
    width = WIDTHS.get(vr, 1)
    if width == 1 or len(value) % width:
        return value
    target = bytearray(len(value))
    for place in range(width):
        target[place::width] = value[width - 1 - place :: width]
    return bytes(target)


def items_of(element: Element) -> list[Dataset]:
    """The items of a sequence.

    Raises
    ------
    SetAside
        When the bytes are not a sequence.
    """
    if not isinstance(element, RawDataElement):
        return list(cast(Sequence, element.value)) if element.VR == "SQ" else []
    unknown = element.VR == "UN"
    implicit, little = element.is_implicit_VR or unknown, element.is_little_endian or unknown
    value = element.value or b""
    if little:
        try:
            return items(value, implicit)
        except Unusual:
            pass  # pydicom reads more, or says what is wrong
    try:
        return list(convert_SQ(value, implicit, little))
    except Exception:
        raise SetAside(f"the sequence {element.tag} cannot be read") from None


def explicit_vr(element: Element, standard: str, signed: bool) -> str:
    """One value representation for an element: the stored one, or the standard's when none is stored."""
    if element.VR is not None and element.VR != "UN":
        return element.VR
    if " or " not in standard:
        return standard
    if "OW" in standard:
        return "OW"
    return "SS" if signed else "US"


def is_signed(source: Dataset, inherited: bool) -> bool:
    """Whether ``US or SS`` means SS here (PS3.5 section 8.1.1)."""
    if PIXEL_REPRESENTATION not in source:
        return inherited
    return value_of(source.get_item(PIXEL_REPRESENTATION), "US")[:1] == b"\1"
