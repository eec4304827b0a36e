"""Comments of compressed frames: what is written beside their pixels, and may say whose they are."""

import re
import struct
from collections.abc import Iterable, Iterator
from functools import cache

from pydicom.uid import RLELossless

from cleanroom.errors import SetAside
from cleanroom.header.tables import HEADERS
from cleanroom.pixeldata.fragments import Span, frame_spans
from cleanroom.pixeldata.original import Original

LEAST = 4
"""Bytes: shorter ones say nothing."""
_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")
"""Of those that have a length; smaller numbers are data of JPEG-LS."""
_COMMENT, _SCAN_END, _FIRST_APP, _LAST_APP = 0xFE, 0xD9, 0xE0, 0xEF
_TILE_PART, _TILE_DATA, _COMMENT_2000, _END_2000 = 0x90, 0x93, 0x64, b"\xff\xd9"
_DECODERS_NEED = re.compile(
    rb"JFIF\0.{7}\0\0|Adobe[\0\x01].{6}|Adobe\0.{4}|SPIFF\0.{24}|mrfx.{1,2}|colr.{0,5}", re.DOTALL
)
"""Application segments of fixed size that say how to decode; a thumbnail is not among them."""
_BOXES = (b"jP  ", b"JXL ")
_BOXES_NEEDED = frozenset((b"jP  ", b"ftyp", b"jp2h", b"JXL ", b"jxll", b"jxlc", b"jxlp", b"rreq", b"jp2i"))
_CODE_STREAM = b"jp2c"

Part = tuple[int, int]
"""From where to where, bytes of a code stream."""


def spoken(original: Original) -> list[Span]:
    """Where compressed frames carry comments, application data or anything behind their end.

    What encoders write about themselves (``workflow/headers/encoders.txt``) and what decoders need is left
    out; so is everything of pixel data whose frames cannot be told apart.

    Returns
    -------
    Places in the file, in its order.
    """
    if original.pixels is None or not original.syntax.is_encapsulated or original.syntax == RLELossless:
        return []
    try:
        frames = frame_spans(original, int(original.header.get("NumberOfFrames") or 1))
    except (SetAside, TypeError, ValueError):
        return []
    found = []
    for fragments in frames:
        stream = b"".join(bytes(original.read(*span)) for span in fragments)
        for start, stop in _parts(stream):
            found += list(_placed(fragments, start, stop))
    return found


def silent(original: Original, places: list[Span]) -> Iterator[bytes]:
    """The value of the pixel data element with some of its bytes set to zero; nothing moves."""
    assert original.pixels is not None
    at = original.pixels.start
    for original_piece in original.pieces():
        piece = bytearray(original_piece)
        for place in places:
            start, stop = max(place.start - at, 0), min(place.start + place.length - at, len(piece))
            if start < stop:
                piece[start:stop] = bytes(stop - start)
        yield bytes(piece)
        at += len(piece)


def _placed(fragments: list[Span], start: int, stop: int) -> Iterator[Span]:
    """A part of a frame's stream as places in the file."""
    at = 0
    for span in fragments:
        low, high = max(start, at), min(stop, at + span.length)
        if low < high:
            yield Span(span.start + low - at, high - low)
        at += span.length


def _parts(stream: bytes) -> Iterator[Part]:
    found: Iterable[Part] = ()
    if stream.startswith(_JPEG):
        found = _jpeg(stream)
    elif stream.startswith(_JPEG_2000):
        found = _jpeg_2000(stream, 0, len(stream))
    elif stream[4:8] in _BOXES:
        found = _boxes(stream)
    for start, stop in found:
        content = stream[start:stop].strip(b"\0 ")
        if len(content) >= LEAST and not _encoder().fullmatch(content.decode("latin-1").lower()):
            yield start, stop


def _jpeg(stream: bytes) -> Iterator[Part]:
    at = 2
    while match := _MARKER.search(stream, at):
        kind, at = match[1][0], match.end()
        if kind == _SCAN_END:
            yield at, len(stream)
            return
        length = int.from_bytes(stream[at : at + 2], "big")
        body = (at + 2, min(at + length, len(stream)))
        if kind == _COMMENT:
            yield body
        if _FIRST_APP <= kind <= _LAST_APP and not _DECODERS_NEED.fullmatch(stream[body[0] : body[1]]):
            yield body
        at += max(length, 2)


def _jpeg_2000(stream: bytes, start: int, end: int) -> Iterator[Part]:
    """Comments of the main header and of every tile part, and what follows the end of the code stream."""
    at, tile, size = start + 2, 0, 0
    while at + 4 <= end and stream[at] == 0xFF and stream[at : at + 2] != _END_2000:
        kind, length = stream[at + 1], int.from_bytes(stream[at + 2 : at + 4], "big")
        if kind == _TILE_DATA:
            if not size:
                break
            at = tile + size
            continue
        if kind == _TILE_PART:
            tile, (size,) = at, struct.unpack_from(">L", stream.ljust(at + 12, b"\0"), at + 6)
        if kind == _COMMENT_2000:
            yield at + 6, min(at + 2 + length, end)
        at += 2 + length
    last = at if stream[at : at + 2] == _END_2000 else stream.rfind(_END_2000, start, end)
    if last >= 0:
        yield last + 2, end


def _boxes(stream: bytes) -> Iterator[Part]:
    at = 0
    while at + 8 <= len(stream):
        length, kind = struct.unpack_from(">L4s", stream, at)
        head = 16 if length == 1 else 8
        if length == 1 and at + 16 <= len(stream):
            (length,) = struct.unpack_from(">Q", stream, at + 8)
        stop = min(at + length, len(stream)) if length else len(stream)
        if kind == _CODE_STREAM:
            yield from _jpeg_2000(stream, at + head, stop)
        elif kind not in _BOXES_NEEDED:
            yield at + head, stop
        if length and length < head:
            return
        at = stop


@cache
def _encoder() -> re.Pattern[str]:
    lines = (HEADERS / "encoders.txt").read_text(encoding="utf-8").splitlines()
    return re.compile("|".join(f"(?:{line})" for line in lines if line and not line.startswith("#")))
