"""A DICOM file as spans of bytes: the gate's own reader, so that it does not trust the writer's library.

Every byte of a file is accounted for: it is in the preamble, in the value of a leaf element, or in the
framing (tags, representations, lengths). Nothing is decoded here.
"""

import struct
import zlib
from bisect import bisect_left
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from pydicom._dicom_dict import DicomDictionary

from cleanroom.verify.mapped import Buffer

PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
DEFLATED = b"1.2.840.10008.1.2.1.99"
BIG_ENDIAN = b"1.2.840.10008.1.2.2"
IMPLICIT = b"1.2.840.10008.1.2"
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_LONG = frozenset(b"OB OW OF OD OL OV SQ UC UR UT UN SV UV".split())
_KNOWN = _LONG | frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())


class Element(NamedTuple):
    """A leaf element: everything but sequences and items."""

    path: tuple[int, ...]
    """Tags of the sequences around it, outermost first."""
    tag: int
    vr: str
    start: int
    stop: int


class Scope(NamedTuple):
    """Where a dataset or a sequence lies, and how its elements are written."""

    path: tuple[int, ...]
    end: int
    explicit: bool


Span = tuple[int, int]
"""Where an item begins and ends."""


class Header:
    """The elements of one file.

    Parameters
    ----------
    buffer
        The whole file, afterwards in ``file``. A deflated dataset is inflated in ``buffer``.
    """

    def __init__(self, buffer: Buffer) -> None:
        self.buffer = self.file = buffer
        self.size = len(buffer)
        self.elements: list[Element] = []
        self.sequences: set[tuple[int, ...]] = set()
        self.items: dict[tuple[int, ...], list[Span]] = {}
        self.faults: set[str] = set()
        self._order = "<"
        self.pixels: Element | None = None
        try:
            at = self._meta()
            self._dataset(at, Scope((), self.size, self._explicit(at)))
        except (struct.error, zlib.error, RecursionError):
            self.faults.add("it ends in the middle of an element")

    @cached_property
    def root(self) -> dict[int, Element]:
        """The elements outside sequences, file meta included."""
        return {element.tag: element for element in self.elements if not element.path}

    @property
    def syntax(self) -> str:
        """The transfer syntax UID; empty without file meta."""
        return self.text(0x00020010)

    @property
    def deflated(self) -> bool:
        """Whether the dataset is compressed as a whole, pixels included."""
        return self.syntax.encode() == DEFLATED

    @property
    def big_endian(self) -> bool:
        """Whether binary values have their high byte first."""
        return self._order == ">"

    def value(self, element: Element) -> bytes:
        """The bytes of a value."""
        return self.buffer[element.start : element.stop]

    def text(self, tag: int) -> str:
        """A value outside sequences as text, padding removed; empty when absent."""
        element = self.root.get(tag)
        return self.value(element).decode("latin-1").strip("\0 ") if element else ""

    def number(self, tag: int) -> int:
        """An unsigned short outside sequences, or the integer in a text; 0 when absent."""
        element = self.root.get(tag)
        if element is None or element.start == element.stop:
            return 0
        if element.vr in ("US", "OW", "US or SS"):
            return int(struct.unpack_from(self._order + "H", self.buffer, element.start)[0])
        text = self.text(tag)
        return int(text) if text.isdigit() else 0

    def uint(self, tag: int) -> int:
        """An unsigned long outside sequences; 0 when absent."""
        value = self.value(self.root[tag]) if tag in self.root else b""
        return int(struct.unpack(self._order + "I", value)[0]) if len(value) == 4 else 0

    def items_at(self, path: tuple[int, ...], within: Span | None = None) -> list[Span]:
        """The items of all sequences at a path, or of those in one item."""
        items = self.items.get(path, [])
        if within is None:
            return items
        return items[bisect_left(items, (within[0], 0)) : bisect_left(items, (within[1], 0))]

    def elements_within(self, item: Span) -> list[Element]:
        """The leaf elements of an item, those of sequences in it too."""
        first, last = (bisect_left(self.elements, at, key=attrgetter("start")) for at in item)
        return self.elements[first:last]

    def _meta(self) -> int:
        if self.buffer[128:132] != b"DICM":
            return 0
        at = 132
        while self.buffer[at : at + 2] == b"\2\0":
            vr = self.buffer[at + 4 : at + 6]
            if vr in _LONG:
                length, start = struct.unpack_from("<I", self.buffer, at + 8)[0], at + 12
            elif vr in _KNOWN:
                length, start = struct.unpack_from("<H", self.buffer, at + 6)[0], at + 8
            else:
                length, start, vr = struct.unpack_from("<I", self.buffer, at + 4)[0], at + 8, b"UN"
            tag = 0x00020000 | struct.unpack_from("<H", self.buffer, at + 2)[0]
            self._leaf(tag, vr.decode(), start, length, Scope((), self.size, True))
            at = start + length
        syntax = self.text(0x00020010).encode()
        self.__dict__.pop("root", None)
        if syntax == DEFLATED:
            inflated = zlib.decompressobj(-15).decompress(self.buffer[at:])
            self.buffer = self.buffer[:at] + inflated
            self.size = len(self.buffer)
        self._order = ">" if syntax == BIG_ENDIAN else "<"
        return at

    def _explicit(self, at: int) -> bool:
        return self.buffer[at + 4 : at + 6] in _KNOWN

    def _dataset(self, at: int, scope: Scope) -> int:
        unpack = struct.Struct(self._order + "HH2sH").unpack_from
        long = struct.Struct(self._order + "I").unpack_from
        buffer = self.buffer
        end, explicit, previous = scope.end, scope.explicit, -1
        while at + 8 <= end:
            group, number, letters, length = unpack(buffer, at)
            tag = group << 16 | number
            if tag == ITEM_END:
                return at + 8
            if tag == 0:
                break
            start = at + 8
            if explicit and letters in _KNOWN:
                vr = letters.decode()
                if letters in _LONG:
                    length = long(buffer, start)[0]
                    start += 4
            else:
                length = long(buffer, at + 4)[0]
                vr = _implied(tag, length, buffer[start : start + 4], self._order)
            if tag <= previous:
                self.faults.add("elements are not in ascending order")
            previous = tag
            at = self._element(tag, vr, start, length, scope)
        if at < end:
            self._leaf(0, "UN", at, end - at, scope)
            self.faults.add("bytes follow the last element")
        return end

    def _element(self, tag: int, vr: str, start: int, length: int, scope: Scope) -> int:
        end, explicit = scope.end, scope.explicit
        if vr == "UN" and self._looks_nested(start, length):
            vr, explicit = "SQ", False
        if vr == "SQ":
            inner = (*scope.path, tag)
            self.sequences.add(inner)
            stop = end if length == UNDEFINED else min(start + length, end)
            return self._items(start, Scope(inner, stop, explicit))
        if length == UNDEFINED:
            length = self._fragments(start, end) - start
        self._leaf(tag, vr, start, length, scope)
        return start + length

    def _looks_nested(self, start: int, length: int) -> bool:
        if length == UNDEFINED:
            return True
        return length >= 8 and self.buffer[start : start + 4] == struct.pack(
            self._order + "HH", 0xFFFE, 0xE000
        )

    def _items(self, at: int, scope: Scope) -> int:
        unpack = struct.Struct(self._order + "HHI").unpack_from
        while at + 8 <= scope.end:
            group, number, length = unpack(self.buffer, at)
            tag = group << 16 | number
            if tag == SEQUENCE_END:
                return at + 8
            if tag != ITEM:
                self.faults.add("a sequence holds something that is not an item")
                self._leaf(tag, "UN", at, scope.end - at, scope)
                return scope.end
            at += 8
            stop = scope.end if length == UNDEFINED else min(at + length, scope.end)
            begin, at = at, self._dataset(at, Scope(scope.path, stop, scope.explicit))
            self.items.setdefault(scope.path, []).append((begin, at))
        return scope.end

    def _fragments(self, at: int, end: int) -> int:
        """Where an encapsulated value of undefined length ends, its delimiter included."""
        unpack = struct.Struct(self._order + "HHI").unpack_from
        while at + 8 <= end:
            group, number, length = unpack(self.buffer, at)
            at += 8
            if group << 16 | number == SEQUENCE_END:
                return at
            at += length
        self.faults.add("encapsulated pixel data has no end")
        return end

    def _leaf(self, tag: int, vr: str, start: int, length: int, scope: Scope) -> None:
        if start + length > scope.end:
            self.faults.add("a value is longer than what is left of the file")
        stop = max(start, min(start + length, scope.end))
        element = Element(scope.path, tag, vr, start, stop)
        if tag in PIXELS and not scope.path:
            self.pixels = element
        self.elements.append(element)


def _implied(tag: int, length: int, head: bytes, order: str) -> str:
    """The representation of an element in Implicit VR."""
    known = DicomDictionary.get(tag)
    if known is not None:
        return known[0]
    if tag >> 16 & 1:
        if tag & 0xFF00 == 0:
            return "LO"
        nested = length == UNDEFINED or (length and head == struct.pack(order + "HH", 0xFFFE, 0xE000))
        return "SQ" if nested else "UN"
    return "UL" if tag & 0xFFFF == 0 else "UN"
