"""What compressed pixels carry besides pixels: comments, application data, and bytes behind their end."""

import re
import struct
from collections.abc import Iterator

from cleanroom.verify.header import Element, Header

JPEG, JPEG_2000 = b"\xff\xd8", b"\xff\x4f"
ITEM = b"\xfe\xff\x00\xe0"
RLE = "1.2.840.10008.1.2.5"
_MARKER = re.compile(rb"\xff(?=[\x01-\xcf\xd8-\xfe])")
_BARE = frozenset((0x01, 0xD8, *range(0xD0, 0xD8)))
_SCAN, _END = 0xDA, 0xD9
_DATA_2000 = b"\xff\x93"
_COMMENT_2000 = 0x64


def beside(header: Header) -> Iterator[bytes]:
    """The bytes of encapsulated pixel data that are no pixels; nothing of native ones.

    Parameters
    ----------
    header
        A file to be released.
    """
    pixels = header.pixels
    if pixels is None or header.buffer[pixels.start : pixels.start + 4] != ITEM:
        return
    for number, stream in enumerate(_fragments(header, pixels)):
        if number == 0 or not stream or header.syntax == RLE:
            continue  # the offset table; RLE has no place for anything
        if stream.startswith(JPEG):
            yield from _jpeg(stream)
        elif stream.startswith(JPEG_2000):
            yield from _jpeg_2000(stream)
        elif stream[4:8] == b"jP  " or stream[4:8] == b"ftyp":
            yield from _boxes(stream)


def _fragments(header: Header, pixels: Element) -> Iterator[bytes]:
    at = pixels.start
    while at + 8 <= pixels.stop and header.buffer[at : at + 4] == ITEM:
        length = struct.unpack_from("<I", header.buffer, at + 4)[0]
        yield header.buffer[at + 8 : at + 8 + length]
        at += 8 + length


def _jpeg(stream: bytes) -> Iterator[bytes]:
    """Comments and application segments of JPEG and JPEG-LS, those between scans too, and what follows."""
    at = 2
    while match := _MARKER.search(stream, at):
        kind = stream[match.start() + 1]
        at = match.start() + 2
        if kind == _END:
            if stream[at:].strip(b"\0"):
                yield stream[at:]
            return
        if kind in _BARE:
            continue
        length = int.from_bytes(stream[at : at + 2], "big")
        if 0xE0 <= kind <= 0xEF or kind == 0xFE:
            yield stream[at + 2 : at + length]
        at += length


def _jpeg_2000(stream: bytes) -> Iterator[bytes]:
    """Comments of the main header and of tile parts, and what follows the end of the code stream."""
    at = 2
    while at + 4 <= len(stream) and stream[at] == 0xFF:
        kind, length = stream[at + 1], int.from_bytes(stream[at + 2 : at + 4], "big")
        if stream[at : at + 2] == _DATA_2000:
            break
        if kind == _COMMENT_2000:
            yield stream[at + 6 : at + 2 + length]
        at += 2 + length
    end = stream.rfind(b"\xff\xd9")
    if end >= 0 and stream[end + 2 :].strip(b"\0"):
        yield stream[end + 2 :]


def _boxes(stream: bytes) -> Iterator[bytes]:
    """The boxes around a JPEG 2000 code stream, and the stream's own comments."""
    at = 0
    while at + 8 <= len(stream):
        length, kind = struct.unpack_from(">I4s", stream, at)
        body = stream[at + 8 : at + length] if length else stream[at + 8 :]
        if kind == b"jp2c":
            yield from _jpeg_2000(body)
        else:
            yield body
        if length < 8:
            return
        at += length
