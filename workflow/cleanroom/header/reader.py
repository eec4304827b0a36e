"""A quick way to read the header of a usual file; what is unusual is left to pydicom.

Reading is most of what cleaning costs. This reads little endian Part 10 files, explicit or implicit, in one
loop over the bytes, and gives the same stored elements as `pydicom.dcmread`.
"""

from struct import Struct, error
from typing import BinaryIO, NamedTuple

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from cleanroom.header.legality import LONG, UNDEFINED

_FIRST = 1 << 16
_PIXELS = 0x7FE00008
_PIXELS_END = 0x7FE00010
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_META, _AFTER_META = 0x00020000, 0x00030000
_TRANSFER_SYNTAX = BaseTag(0x00020010)
_NONE = 1 << 32
_OTHER = {DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian}
_EXPLICIT, _IMPLICIT = Struct("<HH2sH"), Struct("<HHL")
_LENGTHS = {2: Struct("<H").unpack_from, 4: Struct("<L").unpack_from}
_made = tuple.__new__
_KNOWN = {vr.encode(): (vr, vr in LONG) for vr in LONG} | {
    vr.encode(): (vr, False)
    for vr in [
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "TM",
        "UI",
        "UL",
        "US",
    ]
}
_heads: dict[tuple[bool, bytes], "_Head"] = {}
_MOST_HEADS = 100_000

Elements = dict[BaseTag, DataElement | RawDataElement]


class Unusual(Exception):
    """Not read here; pydicom may be able to."""


class _Short(Exception):
    """More bytes of the file are needed."""


def read_quickly(file: BinaryIO) -> Dataset:
    """The elements before the pixels; the file is left at the pixel element, or at its end.

    Raises
    ------
    Unusual
        When the file is not a little endian Part 10 file, or anything in it is not as it should be.
    """
    size = _FIRST
    buffer = file.read(size)
    if buffer[128:132] != b"DICM":
        raise Unusual
    while True:
        whole = len(buffer) < size
        try:
            dataset, end = _file(buffer, whole)
        except _Short:
            if whole:
                raise Unusual from None
            size *= 4
            buffer += file.read(size - len(buffer))
            continue
        except (error, RecursionError):
            raise Unusual from None
        file.seek(end)
        return dataset


def items(value: bytes, implicit: bool) -> list[Dataset]:
    """The items of a little endian sequence.

    Raises
    ------
    Unusual
        When anything in it is not as it should be.
    """
    found = []
    place, size = 0, len(value)
    try:
        while place < size:
            group, number, length = _IMPLICIT.unpack_from(value, place)
            if group << 16 | number != _ITEM:
                raise Unusual
            start = place + 8
            if length == UNDEFINED:
                place = _item_end(value, start, implicit, True)
                stop = place - 8
            else:
                place = stop = start + length
            if stop > size:
                raise Unusual
            elements, _ = _elements(value[start:stop], 0, implicit, True, _NONE)
            item = Dataset(elements)
            item.set_original_encoding(implicit, True)
            found.append(item)
    except (error, _Short, RecursionError):
        raise Unusual from None
    return found


def _file(buffer: bytes, whole: bool) -> tuple[Dataset, int]:
    meta = FileMetaDataset()
    elements, place = _elements(buffer, 132, False, whole, _AFTER_META)
    if min(elements, default=0) < _META:
        raise Unusual
    dict.update(meta._dict, elements)
    syntax = elements.get(_TRANSFER_SYNTAX)
    name = (syntax.value or b"").strip(b"\0 ").decode("latin-1") if syntax else ""
    if not name or name in _OTHER:
        raise Unusual
    implicit = name == ImplicitVRLittleEndian
    elements, place = _elements(buffer, place, implicit, whole, _PIXELS)
    dataset = Dataset(elements)
    dataset.set_original_encoding(implicit, True)
    dataset.file_meta = meta
    return dataset, place


def _elements(buffer: bytes, place: int, implicit: bool, whole: bool, end: int) -> tuple[Elements, int]:
    """The elements from ``place`` up to the first whose tag is ``end`` or more."""
    found: Elements = {}
    size, last, known = len(buffer), -1, 4 if implicit else 6
    while place + 8 <= size:
        head, start = _heads.get((implicit, buffer[place : place + known])), place
        if head is None:
            if end == _AFTER_META and buffer[place : place + 2] != b"\2\0":
                return found, start  # behind the file meta an implicit dataset may begin
            head = _learnt(buffer, place, implicit)
        number, tag, vr, length_at, width = head
        place += length_at + width
        if place > size:
            raise Unusual if whole else _Short
        length = _LENGTHS[width](buffer, place - width)[0]
        if number >= end:
            if number > _PIXELS_END and end == _PIXELS:
                raise Unusual
            return found, start
        if number <= last:
            raise Unusual
        last, stop = number, place + length
        value_end = stop
        if length == UNDEFINED:
            if vr not in ("SQ", None):
                raise Unusual
            value_end, stop = _sequence(buffer, place, implicit, whole)
            vr = "SQ"
        if stop > size:
            raise Unusual if whole else _Short
        value = buffer[place:value_end]
        found[tag] = _made(RawDataElement, (tag, vr, len(value), value, place, implicit, True, True, False))
        place = stop
    if place == size and whole:
        return found, place
    raise Unusual if whole else _Short


class _Head(NamedTuple):
    """What the tag and the value representation of an element say."""

    number: int
    tag: BaseTag
    vr: str | None
    length_at: int
    width: int
    """Bytes of the length."""


def _learnt(buffer: bytes, place: int, implicit: bool) -> _Head:
    """The head of an element that was not met before; they are few."""
    group, number, code, _ = _EXPLICIT.unpack_from(buffer, place)
    tag = BaseTag(group << 16 | number)
    if implicit or group == 0xFFFE:
        head = _Head(int(tag), tag, None, 4, 4)
    else:
        vr, long = _KNOWN.get(code, ("", False))
        if not vr:
            raise Unusual
        head = _Head(int(tag), tag, vr, *((8, 4) if long else (6, 2)))
    if len(_heads) < _MOST_HEADS:
        _heads[implicit, buffer[place : place + (4 if implicit else 6)]] = head
    return head


def _head(buffer: bytes, place: int, implicit: bool) -> tuple[int, str | None, int, int]:
    """Tag, value representation, length and where the value begins."""
    known = 4 if implicit else 6
    head = _heads.get((implicit, buffer[place : place + known])) or _learnt(buffer, place, implicit)
    place += head.length_at + head.width
    if place > len(buffer):
        raise _Short
    return head.number, head.vr, _LENGTHS[head.width](buffer, place - head.width)[0], place


def _sequence(buffer: bytes, place: int, implicit: bool, whole: bool) -> tuple[int, int]:
    """Where the items of a sequence of undefined length end, and where the next element begins."""
    while True:
        if place + 8 > len(buffer):
            raise Unusual if whole else _Short
        group, number, length = _IMPLICIT.unpack_from(buffer, place)
        tag = group << 16 | number
        if tag == _SEQUENCE_END:
            return place, place + 8
        if tag != _ITEM:
            raise Unusual
        place += 8
        place = _item_end(buffer, place, implicit, whole) if length == UNDEFINED else place + length


def _item_end(buffer: bytes, place: int, implicit: bool, whole: bool) -> int:
    while True:
        if place + 8 > len(buffer):
            raise Unusual if whole else _Short
        tag, vr, length, place = _head(buffer, place, implicit)
        if tag == _ITEM_END:
            return place
        if length != UNDEFINED:
            place += length
        elif vr in ("SQ", None):
            place = _sequence(buffer, place, implicit, whole)[1]
        else:
            raise Unusual
