"""The frames of an instance as stored values."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.utils import iter_pixels

from cleanroom.pixeldata import codecs
from cleanroom.verify.header import BIG_ENDIAN, DEFLATED, IMPLICIT, Element, Header

codecs.complete()

FLOATS = {0x7FE00008: 4, 0x7FE00009: 8}
"""Float and double float pixel data, and bytes of a value."""
NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
UNCOMPRESSED = (*NATIVE, IMPLICIT.decode(), DEFLATED.decode(), BIG_ENDIAN.decode())
WIDTHS = (8, 16, 32)

Stored = NDArray[np.integer[Any]] | NDArray[np.floating[Any]]
Words = NDArray[np.unsignedinteger[Any]]


def frames(header: Header, raw: bool = True, syntax: str = "") -> Iterator[Stored]:
    """Decode one frame after the other.

    Parameters
    ----------
    header
        A file with pixels.
    raw
        Colours stay as they are; else they are converted to RGB.
    syntax
        The transfer syntax, of a file that does not name it.

    Returns
    -------
    iterator
        Arrays (rows, columns) or (rows, columns, samples) of stored values, without what lies beside them
        in their words; floats as they are.
    """
    if header.pixels is not None and header.pixels.tag in FLOATS:
        yield from _floats(header, header.pixels)
        return
    plain = raw or header.text(0x00280004) in ("RGB", "MONOCHROME1", "MONOCHROME2")
    whole = plain and header.text(0x00280004) not in ("YBR_FULL_422", "YBR_PARTIAL_422")
    bits = header.number(0x00280100)
    if (header.syntax or syntax) in UNCOMPRESSED and bits in WIDTHS and whole:
        found = _native(header)
    else:
        found = iter_pixels(io.BytesIO(header.buffer[:]), raw=raw, correct_unused_bits=False)
    for frame in found:
        yield _values(header, frame)


def native_words(header: Header) -> tuple[Words, bytes]:
    """The words of native pixel data of 8, 16 or 32 bits, in their order, and what follows them."""
    assert header.pixels is not None
    bits = header.number(0x00280100)
    size = int(np.prod(_shape(header))) * bits // 8
    data = header.value(header.pixels)
    if header.big_endian and bits == 8 and header.pixels.vr == "OW":
        data = np.frombuffer(data[: len(data) // 2 * 2], ">u2").astype("<u2").tobytes()
    kind = f"{'>' if header.big_endian else '<'}u{bits // 8}"
    return np.frombuffer(data[:size], kind), data[size:]


def stored_bits(header: Header) -> tuple[int, int]:
    """How many bits are the stored value, and how many lie below them."""
    allocated = header.number(0x00280100)
    bits = header.number(0x00280101) or allocated
    return bits, max((header.number(0x00280102) or bits - 1) + 1 - bits, 0)


def _shape(header: Header) -> tuple[int, int, int, int]:
    count = max(header.number(0x00280008), 1)
    rows, columns, samples = (header.number(tag) for tag in (0x00280010, 0x00280011, 0x00280002))
    shared = header.text(0x00280004) in ("YBR_FULL_422", "YBR_PARTIAL_422")
    return count, rows, columns, 2 if shared else max(samples, 1)


def _native(header: Header) -> Iterator[Words]:
    words, _ = native_words(header)
    count, rows, columns, samples = _shape(header)
    for frame in words.reshape(count, -1):
        if samples == 1:
            yield frame.reshape(rows, columns)
        elif header.number(0x00280006) == 1:
            yield np.moveaxis(frame.reshape(samples, rows, columns), 0, -1)
        else:
            yield frame.reshape(rows, columns, samples)


def _floats(header: Header, element: Element) -> Iterator[Stored]:
    count, rows, columns, _ = _shape(header)
    kind = f"{'>' if header.big_endian else '<'}f{FLOATS[element.tag]}"
    values = np.frombuffer(header.value(element), kind, count * rows * columns)
    yield from values.astype(values.dtype.newbyteorder("=")).reshape(count, rows, columns)


def _values(header: Header, frame: NDArray[Any]) -> Stored:
    bits, below = stored_bits(header)
    words = frame.astype(frame.dtype.newbyteorder("=")).view(f"u{frame.dtype.itemsize}")
    values = (words.astype(np.int64) >> below) & ((1 << bits) - 1)
    if header.number(0x00280103) == 1:
        values -= (values >> (bits - 1)) << bits
    return values
