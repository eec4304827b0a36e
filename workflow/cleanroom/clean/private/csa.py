"""Siemens CSA headers: fields of text values, in two storage forms."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MAGIC = b"SV10"
_VERSION = b"\4\3\2\1"
_CHECK = 77
_EMPTY_CHECK = 205
_MOST_FIELDS = 1024
_MOST_ITEMS = 4096
_FIELD = struct.Struct("<64si4s3i")
_ITEM = struct.Struct("<4i")
_SYNGO_TYPES = {
    "UN": 0, "DS": 3, "FD": 4, "FL": 5, "IS": 6, "SL": 7, "SS": 8, "UL": 9, "US": 10,
    "CS": 16, "LO": 19, "LT": 20, "SH": 22, "ST": 23, "UI": 25, "UT": 27,
}  # fmt: skip


class BrokenCsa(Exception):
    """The bytes are not a CSA header, or end inside one."""


@dataclass(frozen=True)
class Field:
    """One named field of a CSA header.

    Parameters
    ----------
    name
        As Siemens names it.
    vr
        Value representation.
    multiplicity
        How many of the items are values; 0: as many as there are.
    items
        The stored texts; empty ones included, as their places count.
    """

    name: str
    vr: str
    multiplicity: int
    items: tuple[bytes, ...]


def read_csa(content: bytes) -> Iterator[Field]:
    """The fields of a CSA1 or CSA2 header.

    The format is not published; it is read as nibabel documents it
    (https://nipy.org/nibabel/dicom/siemens_csa.html).

    Raises
    ------
    BrokenCsa
        When a length or a check value is not one, or the header is cut.
    """
    second = content.startswith(_MAGIC)
    place = 8 if second else 0
    count, check = _unpacked(struct.Struct("<2i"), content, place)
    if not 0 < count <= _MOST_FIELDS or check != _CHECK:
        raise BrokenCsa
    place += 8
    base = None
    for _ in range(count):
        name, multiplicity, vr, _, items, check = _unpacked(_FIELD, content, place)
        place += _FIELD.size
        if check not in (_CHECK, _EMPTY_CHECK) or not 0 <= items <= _MOST_ITEMS or multiplicity < 0:
            raise BrokenCsa
        base = items if base is None else base
        values = []
        for _ in range(items):
            first, length, _, _ = _unpacked(_ITEM, content, place)
            place += _ITEM.size
            length = length if second else first - base
            if not 0 <= length <= len(content) - place:
                raise BrokenCsa
            values.append(_until_null(content[place : place + length]).strip())
            place += (length + 3) // 4 * 4
        yield Field(_name(name), _name(vr), multiplicity, tuple(values))


def write_csa(fields: Iterable[Field]) -> bytes:
    """A CSA2 header with these fields and nothing between them: unused bytes are zero."""
    parts = [_field(field) for field in fields]
    return _MAGIC + _VERSION + struct.pack("<2i", len(parts), _CHECK) + b"".join(parts) + bytes(4)


def _field(field: Field) -> bytes:
    check = _CHECK if field.items else _EMPTY_CHECK
    vr = field.vr.encode()
    head = _FIELD.pack(
        field.name.encode(), field.multiplicity, vr, _SYNGO_TYPES[field.vr], len(field.items), check
    )
    return head + b"".join(map(_item, field.items))


def _item(value: bytes) -> bytes:
    if not value:
        return _ITEM.pack(0, 0, _CHECK, 0)
    value += b"\0"
    head = _ITEM.pack(len(value), len(value), _CHECK, len(value))
    return head + value + bytes(-len(value) % 4)


def _unpacked(form: struct.Struct, content: bytes, place: int) -> tuple:  # type: ignore[type-arg]
    if place + form.size > len(content):
        raise BrokenCsa
    return form.unpack_from(content, place)


def _until_null(value: bytes) -> bytes:
    return value.split(b"\0", 1)[0]


def _name(value: bytes) -> str:
    return _until_null(value).decode("latin-1").strip()
