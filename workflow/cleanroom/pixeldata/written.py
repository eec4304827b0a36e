"""A Part 10 file: a cleaned header, and pixel data that come in pieces."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from cleanroom.clean.meta import file_meta
from cleanroom.header.encoding import Encoding
from cleanroom.header.legality import LONG, UNDEFINED
from cleanroom.pixeldata.comments import silent
from cleanroom.pixeldata.fragments import Span
from cleanroom.pixeldata.original import DELIMITER, PIXELS, Original

_VALUE = 2
"""The piece with which the pixel data begin, after the header and the head of their element."""
ITEM = b"\xfe\xff\x00\xe0"


@dataclass(frozen=True)
class PixelValue:
    """Pixel data to be written.

    Attributes
    ----------
    tag, vr
        The element.
    length
        Of the value; None: encapsulated, and the pieces hold items and delimiter.
    pieces
        The value.
    """

    tag: int
    vr: str
    length: int | None
    pieces: Iterable[bytes]

    @classmethod
    def verbatim(cls, original: Original, spoken: list[Span] | None = None) -> "PixelValue | None":
        """The original's own bytes, those of some comments set to zero."""
        pixels = original.pixels
        if pixels is None:
            return None
        pieces = silent(original, spoken) if spoken else original.pieces()
        return cls(pixels.tag, pixels.vr, pixels.length, pieces)

    @classmethod
    def encapsulated(cls, frames: Iterable[bytes]) -> "PixelValue":
        """Compressed frames, a fragment each, and an empty offset table."""
        return cls(PIXELS, "OB", None, _items(frames))


def write(path: Path, header: Dataset, syntax: UID, value: PixelValue | None) -> int:
    """Write a file; nothing is held as a whole but the header.

    Parameters
    ----------
    header
        A cleaned header: elements in Explicit VR Little Endian, or made in memory.
    syntax
        The transfer syntax in which the pixel data are.

    Returns
    -------
    int
        Where the value of the pixel data begins; 0 in a deflated file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(file_meta(header, syntax))
        if syntax != DeflatedExplicitVRLittleEndian:
            pieces, start = _dataset(header, Encoding(syntax), value), 0
            for number, piece in enumerate(pieces):
                start = file.tell() if number == _VALUE else start
                file.write(piece)
            return start
        squeeze, written = zlib.compressobj(wbits=-zlib.MAX_WBITS), 0
        for piece in _dataset(header, Encoding(ExplicitVRLittleEndian), value):
            written += file.write(squeeze.compress(piece))
        written += file.write(squeeze.flush())
        file.write(bytes(written % 2))
    return 0


def _dataset(header: Dataset, encoding: Encoding, value: PixelValue | None) -> Iterator[bytes]:
    yield encoding.encoded(header)
    if value is None:
        return
    odd = (value.length or 0) % 2
    order = ">" if encoding.big else "<"
    length = UNDEFINED if value.length is None else value.length + odd
    group, number = value.tag >> 16, value.tag & 0xFFFF
    vr = value.vr if value.vr in LONG else "OW"
    if encoding.implicit:
        yield struct.pack("<HHL", group, number, length)
    else:
        yield struct.pack(order + "HH2sHL", group, number, vr.encode(), 0, length)
    yield from value.pieces
    yield bytes(odd)


def _items(frames: Iterable[bytes]) -> Iterator[bytes]:
    yield ITEM + bytes(4)
    for frame in frames:
        padded = frame + bytes(len(frame) % 2)
        yield ITEM + struct.pack("<L", len(padded)) + padded
    yield DELIMITER
