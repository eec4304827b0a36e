"""The frames of an instance as stored values."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.utils import iter_pixels

from cleanroom.verify.header import Header

NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
PER_SAMPLE = {(8, 0): "u1", (8, 1): "i1", (16, 0): "<u2", (16, 1): "<i2", (32, 0): "<u4", (32, 1): "<i4"}

Stored = NDArray[np.integer[Any]]


def frames(header: Header, raw: bool = True) -> Iterator[Stored]:
    """Decode one frame after the other.

    Returns
    -------
    iterator
        Arrays (rows, columns) or (rows, columns, samples) of stored values; colours are converted to RGB
        unless ``raw``.
    """
    kind = PER_SAMPLE.get((header.number(0x00280100), header.number(0x00280103)))
    if header.syntax in NATIVE and kind and header.number(0x00280002) == 1 and header.pixels:
        yield from _native(header, np.dtype(kind))
    else:
        yield from iter_pixels(io.BytesIO(header.buffer[:]), raw=raw)


def _native(header: Header, kind: "np.dtype[Any]") -> Iterator[Stored]:
    assert header.pixels is not None
    shape = (header.number(0x00280010), header.number(0x00280011))
    size = shape[0] * shape[1] * kind.itemsize
    for at in range(max(header.number(0x00280008), 1)):
        start = header.pixels.start + at * size
        yield np.frombuffer(header.buffer[start : start + size], kind).reshape(shape)
