"""What a released picture or PDF is made of: only parts on this list, and which bytes of them are no pixels.

The gate's own reading of the formats; the writers do not use it.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator

import pikepdf
from PIL import Image

_PNG = {b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}
_WEBP = {b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ICCP"}
_TIFF = {254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 338, 339, 34675}
_PAGE = re.compile(rb"[\d.]+ 0 0 [\d.]+ 0 0 cm /Im0 Do")
_PDF = {
    *("/Type", "/Pages", "/Kids", "/Count", "/MediaBox", "/Resources", "/XObject", "/Im0", "/Contents"),
    *("/Parent", "/Subtype", "/Width", "/Height", "/BitsPerComponent", "/ColorSpace", "/Filter", "/Length"),
}


class Foreign(Exception):
    """A part that must not be there; the text says which."""


def rest(data: bytes, extension: str) -> bytes:
    """The bytes of a file that are not compressed pixels, with profiles unpacked.

    Raises
    ------
    Foreign
        When it holds anything that pixels do not need.
    """
    readers = {"png": _png, "jpg": _jpeg, "tif": _tiff, "bmp": _bmp, "gif": _gif, "webp": _webp, "pdf": _pdf}
    try:
        return b"\0".join(readers[extension](data))
    except Foreign:
        raise
    except Exception as error:  # what cannot be read is never released
        raise Foreign(f"its parts cannot be told apart ({type(error).__name__})") from None


def _check(fine: bool, what: str) -> None:
    if not fine:
        raise Foreign(what)


def _png(data: bytes) -> Iterator[bytes]:
    at, name, packed = 8, b"", b""
    while name != b"IEND":
        size, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        _check(name in _PNG, "a chunk that pixels do not need")
        if name == b"iCCP":
            label, _, profile = body.partition(b"\0")
            yield label + b"\0" + zlib.decompress(profile[1:])
        elif name == b"IDAT":
            packed += body
        elif name != b"fdAT":
            yield body
        at += 12 + size
    unpacked = zlib.decompressobj()
    unpacked.decompress(packed)
    _check(at == len(data) and not unpacked.unused_data, "bytes behind its end")


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while data[at : at + 2] != b"\xff\xd9":
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + size]
        adobe = marker == 0xEE and len(body) == 12 and body.startswith(b"Adobe\0d\0\0\0\0")
        profile = marker == 0xE2 and body.startswith(b"ICC_PROFILE\0")
        decoding = marker in (0xDB, 0xDA, 0xDC, 0xDD) or 0xC0 <= marker <= 0xCF
        _check(data[at] == 0xFF and (adobe or profile or decoding), "a segment that pixels do not need")
        yield body
        at += 2 + size
        if marker == 0xDA:
            end = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.S).search(data, at)
            _check(end is not None, "no end")
            at = end.start() if end else at
    _check(at + 2 == len(data), "bytes behind its end")


def _tiff(data: bytes) -> Iterator[bytes]:
    left = bytearray(data)
    with Image.open(io.BytesIO(data), formats=["TIFF"]) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            tags = image.tag_v2  # type: ignore[attr-defined]
            _check(set(tags) <= _TIFF, "a tag that pixels do not need")
            for start, size in zip(tags[273], tags[279], strict=True):
                _check(0 <= start <= start + size <= len(data), "a strip beyond its end")
                left[start : start + size] = bytes(size)
    yield bytes(left)


def _bmp(data: bytes) -> Iterator[bytes]:
    size, _, start = struct.unpack_from("<III", data, 2)
    _check(size == len(data) and start < 2000, "bytes behind its end")
    yield data[:start]


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    yield data[:at]
    while data[at] != 0x3B:
        if data[at] == 0x21:
            _check(data[at + 1] == 0xF9 or data[at + 3 : at + 14] == b"NETSCAPE2.0", "a comment")
            end = _blocks(data, at + 2)
            yield data[at:end]
        else:
            _check(data[at] == 0x2C, "a part that pixels do not need")
            flags = data[at + 9]
            start = at + 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
            yield data[at:start]
            end = _blocks(data, start + 1)
        at = end
    _check(at + 1 == len(data), "bytes behind its end")


def _blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _webp(data: bytes) -> Iterator[bytes]:
    _check(struct.unpack_from("<I", data, 4)[0] == len(data) - 8, "bytes behind its end")
    yield from _riff(data[12:])


def _riff(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + size]
        _check(name in _WEBP, "a chunk that pixels do not need")
        if name == b"ANMF":
            yield body[:16]
            yield from _riff(body[16:])
        elif name != b"VP8L":
            yield body
        at += 8 + size + size % 2


def _pdf(data: bytes) -> Iterator[bytes]:
    _check(data.count(b"%%EOF") == 1 and data.count(b"startxref") == 1, "an earlier revision")
    _check(data.rstrip().endswith(b"%%EOF"), "bytes behind its end")
    left = data
    with pikepdf.open(io.BytesIO(data)) as document:
        _check(set(document.trailer.keys()) <= {"/Root", "/Size", "/ID"}, "properties")
        _check(set(document.Root.keys()) <= {"/Type", "/Pages"}, "something that is not a page")
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                _check(set(thing.keys()) <= _PDF, "something that a picture of a page does not need")
            if isinstance(thing, pikepdf.Stream):
                raw = thing.read_raw_bytes()
                if thing.get("/Subtype") == "/Image":
                    left = left.replace(raw, b"")
                else:
                    _check(_PAGE.fullmatch(raw) is not None, "something written on a page")
    yield left
