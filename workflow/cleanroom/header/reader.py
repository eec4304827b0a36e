"""A quick way to read the header of a usual file; what is unusual is left to pydicom.

Reading is most of what cleaning costs. This reads little endian Part 10 files, explicit or implicit, in one
loop over the bytes, and gives the same stored elements as `pydicom.dcmread`.
"""

from struct import Struct, error
from typing import BinaryIO

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
_TRANSFER_SYNTAX = 0x00020010
_NONE = 1 << 32
_NOT_ONE = ""
"""Instead of a value representation: behind the file meta an implicit dataset may begin."""
_OTHER = {DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian}
_EXPLICIT, _IMPLICIT, _LENGTH = Struct("<HH2sH"), Struct("<HHL"), Struct("<L")
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
_tags: dict[int, BaseTag] = {}

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
    syntax = elements.get(_tag(_TRANSFER_SYNTAX))
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
    size, last = len(buffer), -1
    while place < size:
        if size - place < 8:
            raise Unusual if whole else _Short
        start = place
        tag, vr, length, place = _head(buffer, place, implicit)
        if tag >= end:
            if tag > _PIXELS_END and end == _PIXELS:
                raise Unusual
            return found, start
        if tag <= last:
            raise Unusual
        last = tag
        stop = place + length
        if length == UNDEFINED:
            if vr not in ("SQ", None):
                raise Unusual
            value_end, stop = _sequence(buffer, place, implicit, whole)
            vr = "SQ"
        else:
            value_end = stop
        if stop > size:
            raise Unusual if whole else _Short
        key = _tags.get(tag) or _tag(tag)
        value = buffer[place:value_end]
        found[key] = RawDataElement(key, vr, len(value), value, place, implicit, True)
        place = stop
    if not whole:
        raise _Short
    return found, place


def _head(buffer: bytes, place: int, implicit: bool) -> tuple[int, str | None, int, int]:
    """Tag, value representation, length and where the value begins."""
    if implicit:
        group, number, length = _IMPLICIT.unpack_from(buffer, place)
        return group << 16 | number, None, length, place + 8
    group, number, code, length = _EXPLICIT.unpack_from(buffer, place)
    tag = group << 16 | number
    known = _KNOWN.get(code)
    if known is None:
        if group == 0xFFFE:
            return tag, None, _LENGTH.unpack_from(buffer, place + 4)[0], place + 8
        return tag, _NOT_ONE, UNDEFINED, place
    vr, long = known
    if not long:
        return tag, vr, length, place + 8
    if place + 12 > len(buffer):
        raise _Short
    return tag, vr, _LENGTH.unpack_from(buffer, place + 8)[0], place + 12


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


def _tag(number: int) -> BaseTag:
    return _tags.setdefault(number, BaseTag(number))
