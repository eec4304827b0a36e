"""Mosaics as the gate sees them: where each tile of one image lies in the patient.

Siemens writes the slices of a volume as tiles of one image. Image Position (Patient) is that of its first
pixel as if the whole were one slice, so the first tile lies half of what it is smaller further in.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cleanroom.verify.header import Header
from cleanroom.verify.placement import LPS_TO_RAS, Frame, Vector

IMAGE_TYPE, THICKNESS, SPACING = 0x00080008, 0x00180050, 0x00180088
NAME, FIELD = 64, 84
"""Bytes of a field's name, and of all that stands before its items, in Siemens' CSA header."""


class Tile:
    """A slice that is a part of an image.

    Parameters
    ----------
    place
        Its grid in the patient.
    top, left, rows, columns
        Its pixels in the image.
    """

    def __init__(self, place: Frame, top: int, left: int, rows: int, columns: int) -> None:
        self.place = place
        self.part = (slice(top, top + rows), slice(left, left + columns))
        self.shape = (rows, columns)


def tiles(header: Header, place: Frame) -> list[Tile]:
    """The tiles of an image; one that is the whole of it when it is no mosaic.

    Returns
    -------
    list
        Empty when it is a mosaic that does not say how many slices it holds, and which way they go.
    """
    rows, columns = header.number(0x00280010), header.number(0x00280011)
    if "MOSAIC" not in header.text(IMAGE_TYPE).split("\\"):
        return [Tile(place, 0, 0, rows, columns)]
    count, normal = _said(header)
    if count < 1 or normal is None:
        return []
    side = math.isqrt(count - 1) + 1
    high, wide = rows // side, columns // side
    step = float(header.text(SPACING) or header.text(THICKNESS) or 0) * normal * LPS_TO_RAS
    first = place.origin + place.along_row * (columns - wide) / 2 + place.along_column * (rows - high) / 2
    return [
        Tile(replace(place, origin=first + at * step), at // side * high, at % side * wide, high, wide)
        for at in range(count)
    ]


def _said(header: Header) -> tuple[int, Vector | None]:
    """How many slices, and their direction (LPS), from the CSA image header."""
    for element in header.elements:
        if element.path or element.tag >> 16 != 0x0029 or element.tag & 0xFF != 0x10:
            continue
        values = header.value(element)
        count = [float(text) for text in _items(values, b"NumberOfImagesInMosaic")]
        normal: NDArray[np.float64] = np.array([float(text) for text in _items(values, b"SliceNormalVector")])
        if count:
            return int(count[0]), normal if normal.shape == (3,) else None
    return 0, None


def _items(content: bytes, name: bytes) -> Iterator[str]:
    """The values of one field of a CSA2 header."""
    at = content.find(name + b"\0")
    if at < 0 or at + FIELD > len(content):
        return
    (count,) = struct.unpack_from("<i", content, at + FIELD - 8)
    at += FIELD
    for _ in range(min(max(count, 0), 64)):
        if at + 16 > len(content):
            return
        (length,) = struct.unpack_from("<i", content, at + 4)
        text = content[at + 16 : at + 16 + max(length, 0)].split(b"\0")[0].strip()
        if text:
            yield text.decode("latin-1")
        at += 16 + (max(length, 0) + 3) // 4 * 4
