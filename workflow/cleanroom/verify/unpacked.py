"""What is packed inside a value: compressed, or written in base64 or hexadecimal digits."""

import base64
import binascii
import bz2
import lzma
import re
import struct
import zlib
from collections.abc import Iterator

DEPTH = 3
"""So many layers are taken off: a compressed text in base64 has two."""
MOST = 16 << 20
"""Bytes that one stream may give: what follows in a larger one is not searched."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}[ :,]?){6,}")
_STREAM = re.compile(rb"x[\x01\x5e\x9c\xda]|\x1f\x8b\x08|BZh[1-9]1AY&SY|\xfd7zXZ\0|PK\x03\x04")
_BREAKS = re.compile(rb"[\r\n]+")
_TEXT = bytes([*range(0x20, 0x7F), 9, 10, 13])
_LEAST = 4


def unpacked(value: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """Everything that is packed in some bytes, layer by layer.

    Parameters
    ----------
    value
        A value of an element, or part of a file.
    depth
        How many layers are taken off.
    """
    if depth <= 0 or len(value) < 2 * _LEAST:
        return
    for part in (*_streams(value), *_written(value)):
        yield part
        yield from unpacked(part, depth - 1)


def _streams(value: bytes) -> Iterator[bytes]:
    """Compressed streams, wherever they begin."""
    for match in _STREAM.finditer(value):
        at = match.start()
        if value.startswith(b"PK", at):
            part = _member(value, at)
        elif value.startswith(b"BZh", at):
            part = _bounded(bz2.BZ2Decompressor(), value[at:])
        elif value.startswith(b"\xfd7zXZ", at):
            part = _bounded(lzma.LZMADecompressor(memlimit=1 << 28), value[at:])
        else:
            part = _inflated(value[at:], 47)
        if len(part) >= _LEAST:
            yield part
    bare = _inflated(value, -15)
    if len(bare) >= _LEAST and _readable(bare):
        yield bare


def _member(value: bytes, at: int) -> bytes:
    """The content of a file in a ZIP archive; its name stands in the archive as it is."""
    try:
        name, extra = struct.unpack_from("<HH", value, at + 26)
    except struct.error:
        return b""
    return _inflated(value[at + 30 + name + extra :], -15)


def _inflated(data: bytes, bits: int) -> bytes:
    try:
        return zlib.decompressobj(bits).decompress(data, MOST)
    except zlib.error:
        return b""


def _bounded(stream: bz2.BZ2Decompressor | lzma.LZMADecompressor, data: bytes) -> bytes:
    try:
        return stream.decompress(data, MOST)
    except (OSError, EOFError, lzma.LZMAError):
        return b""


def _written(value: bytes) -> Iterator[bytes]:
    """Bytes that are written in base64 or in hexadecimal digits, when they are text or a stream."""
    joined = _BREAKS.sub(b"", value)
    for match in _HEX.finditer(joined):
        digits = re.sub(rb"[ :,]", b"", match[0])
        yield from _meant(binascii.unhexlify(digits[: len(digits) // 2 * 2]))
    for match in _BASE64.finditer(joined):
        run = match[0].replace(b"-", b"+").replace(b"_", b"/")
        for skipped in range(4):
            yield from _meant(_base64(run[skipped:]))


def _base64(run: bytes) -> bytes:
    whole = run[: len(run) - 1] if len(run) % 4 == 1 else run
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _meant(part: bytes) -> Iterator[bytes]:
    """Bytes that are not chance: text of one or two bytes a letter, or the head of a stream."""
    if len(part) >= _LEAST and (_readable(part) or _STREAM.match(part)):
        yield part


def _readable(part: bytes) -> bool:
    narrow = part.replace(b"\0", b"")
    if len(narrow) == len(part) or abs(len(part) - 2 * len(narrow)) <= 1:
        left = narrow.translate(None, _TEXT)
        if not left:
            return True
        try:
            return len(left) * 2 < len(narrow) and narrow.decode("utf-8").isprintable()
        except UnicodeDecodeError:
            return _latin(narrow, left)
    return False


def _latin(narrow: bytes, left: bytes) -> bool:
    """Text of Latin-1: a few accented letters among many plain ones."""
    return len(left) * 4 <= len(narrow) and all(byte >= 0xC0 for byte in left)
