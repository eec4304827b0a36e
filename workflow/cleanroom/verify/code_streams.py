"""What compressed pixels carry besides pixels: comments, application data, and bytes behind their end."""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from cleanroom.verify.header import Element, Header

JPEG, JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
JPEG_XL, BOXED = b"\xff\x0a", (b"jP  ", b"ftyp", b"JXL ")
ITEM = b"\xfe\xff\x00\xe0"
RLE = "1.2.840.10008.1.2.5"
_MARKER = re.compile(rb"\xff(?=[\xc0-\xcf\xd8-\xfe])")
_SCAN, _END = 0xDA, 0xD9
_TILE_2000, _DATA_2000, _COMMENT_2000, _END_2000 = 0x90, 0x93, 0x64, b"\xff\xd9"

Place = tuple[int, int]
"""From where to where, in the file; in a code stream while it is read."""


class _Stream(NamedTuple):
    """The bytes of one or more fragments that follow each other, and where they lie in the file."""

    content: bytes
    places: list[Place]

    def within(self, start: int, stop: int) -> Iterator[Place]:
        """Where a part of the content lies in the file."""
        at = 0
        for first, last in self.places:
            low, high = max(start, at), min(stop, at + last - first)
            if low < high:
                yield first + low - at, first + high - at
            at += last - first


def beside(header: Header) -> Iterator[bytes]:
    """The bytes of encapsulated pixel data that are no pixels; nothing of native ones.

    Parameters
    ----------
    header
        A file to be released.
    """
    for stream in _streams(header):
        for start, stop in _parts(stream.content):
            yield stream.content[start:stop]


def places(header: Header) -> list[Place]:
    """Where these bytes lie in the file, in its order."""
    return [
        place
        for stream in _streams(header)
        for part in _parts(stream.content)
        for place in stream.within(*part)
    ]


def _streams(header: Header) -> Iterator[_Stream]:
    """Fragments, those of one frame together: one that does not begin a code stream goes on with the last."""
    pixels = header.pixels
    if pixels is None or header.syntax == RLE or header.buffer[pixels.start : pixels.start + 4] != ITEM:
        return
    content, found = [b""], list[Place]()
    for number, (start, stop) in enumerate(_fragments(header, pixels)):
        if number == 0:
            continue  # the offset table
        piece = header.buffer[start:stop]
        if found and _begins(piece):
            yield _Stream(b"".join(content), found)
            content, found = [], []
        content.append(piece)
        found.append((start, stop))
    if found:
        yield _Stream(b"".join(content), found)


def _begins(piece: bytes) -> bool:
    return piece.startswith((JPEG, JPEG_2000, JPEG_XL)) or piece[4:8] in BOXED


def _fragments(header: Header, pixels: Element) -> Iterator[Place]:
    at = pixels.start
    while at + 8 <= pixels.stop and header.buffer[at : at + 4] == ITEM:
        length = struct.unpack_from("<I", header.buffer, at + 4)[0]
        yield at + 8, min(at + 8 + length, pixels.stop)
        at += 8 + length


def _parts(stream: bytes) -> Iterator[Place]:
    if stream.startswith(JPEG):
        yield from _jpeg(stream)
    elif stream.startswith(JPEG_2000):
        yield from _jpeg_2000(stream, 0, len(stream))
    elif stream[4:8] in BOXED:
        yield from _boxes(stream)


def _jpeg(stream: bytes) -> Iterator[Place]:
    """Comments and application segments of JPEG and JPEG-LS, those between scans too, and what follows."""
    at = 2
    while match := _MARKER.search(stream, at):
        kind = stream[match.start() + 1]
        at = match.start() + 2
        if kind == _END:
            if stream[at:].strip(b"\0"):
                yield at, len(stream)
            return
        if kind == JPEG[1]:
            continue
        length = int.from_bytes(stream[at : at + 2], "big")
        if 0xE0 <= kind <= 0xEF or kind == 0xFE:
            yield at + 2, min(at + length, len(stream))
        at += length


def _jpeg_2000(stream: bytes, start: int, end: int) -> Iterator[Place]:
    """Comments of the main header and of tile parts, and what follows the end of the code stream."""
    at, tile, size = start + 2, 0, 0
    while at + 4 <= end and stream[at] == 0xFF and stream[at : at + 2] != _END_2000:
        kind, length = stream[at + 1], int.from_bytes(stream[at + 2 : at + 4], "big")
        if kind == _DATA_2000 and not size:
            break
        if kind == _DATA_2000:
            at = tile + size
            continue
        if kind == _TILE_2000:
            tile, size = at, int.from_bytes(stream[at + 6 : at + 10], "big")
        if kind == _COMMENT_2000:
            yield at + 6, min(at + 2 + length, end)
        at += 2 + length
    last = at if stream[at : at + 2] == _END_2000 else stream.rfind(_END_2000, start, end)
    if last >= 0 and stream[last + 2 : end].strip(b"\0"):
        yield last + 2, end


def _boxes(stream: bytes) -> Iterator[Place]:
    """The boxes around a JPEG 2000 or JPEG XL code stream, and a JPEG 2000 stream's own comments."""
    at = 0
    while at + 8 <= len(stream):
        length, kind = struct.unpack_from(">I4s", stream, at)
        stop = min(at + length, len(stream)) if length >= 8 else len(stream)
        if kind == b"jp2c":
            yield from _jpeg_2000(stream, at + 8, stop)
        elif kind not in (b"jxlc", b"jxlp"):
            yield at + 8, stop
        at = stop
