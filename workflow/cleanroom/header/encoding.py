"""Datasets of stored elements, written as they are."""

import struct

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from cleanroom.header.elements import Element, explicit_vr, is_stored, items_of, swapped, value_of
from cleanroom.header.legality import LONG

_SHORT_LIMIT = 0xFFFF
_DELIMITERS = 0xFFFE


class Encoding:
    """One way to write elements.

    Parameters
    ----------
    transfer_syntax
        Implicit VR Little Endian, Explicit VR Big Endian, or any other: Explicit VR Little Endian.
    """

    def __init__(self, transfer_syntax: str) -> None:
        self.implicit = transfer_syntax == ImplicitVRLittleEndian
        self.big = transfer_syntax == ExplicitVRBigEndian
        self._order = ">" if self.big else "<"

    def encoded(self, header: Dataset) -> bytes:
        """A dataset in tag order, sequences and items with their lengths; delimiters astray are left out."""
        tags = sorted(tag for tag in header.keys() if tag >> 16 != _DELIMITERS)  # noqa: SIM118 - by tag
        return b"".join(self._element(tag, header.get_item(tag)) for tag in tags)

    def _sequence(self, element: Element) -> bytes:
        explicit = not (self.implicit or self.big)
        if explicit and isinstance(element, RawDataElement) and is_stored(element):
            return element.value or b""
        return self.items(items_of(element))

    def items(self, items: list[Dataset]) -> bytes:
        """The value of a sequence."""
        return b"".join(self._item(item) for item in items)

    def _element(self, tag: int, element: Element) -> bytes:
        vr = explicit_vr(element, "UN", False)
        if vr == "SQ":
            value = self._sequence(element)
        else:
            value = value_of(element, vr)
            value = swapped(value, vr) if self.big else value
        return self._head(tag, vr, len(value)) + value

    def _item(self, item: Dataset) -> bytes:
        value = self.encoded(item)
        return struct.pack(self._order + "HHL", _DELIMITERS, 0xE000, len(value)) + value

    def _head(self, tag: int, vr: str, length: int) -> bytes:
        group, number = tag >> 16, tag & 0xFFFF
        if self.implicit:
            return struct.pack("<HHL", group, number, length)
        if length > _SHORT_LIMIT and vr not in LONG:
            vr = "UN"  # PS3.5 section 6.2.2: a value too long for a short length
        if vr in LONG:
            return struct.pack(self._order + "HH2sHL", group, number, vr.encode(), 0, length)
        return struct.pack(self._order + "HH2sH", group, number, vr.encode(), length)
