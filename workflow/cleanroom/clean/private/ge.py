"""GE protocol data blocks and user defined data: from both, only what is reviewed."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from cleanroom.header import tables

_LINE = re.compile(rb'^(?:set )?([A-Z][A-Z0-9_]{0,40})[ \t]+"([^"\r\n]{1,200})"[ \t]*\r?$', re.M)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{0,12})?", re.ASCII)
_LARGEST = 1 << 20
_GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"

_POINTER = 24
_LEAST = 920
_NEWER = 25.002
_VERSIONS = (5.0, 40.0)
_EPI, _EPI_FLAG = 0x3A, 0x800
_POLARITY, _POLARITY_FLAG = 0x30, 0x4
_VIEW_ORDER = 0x394
_NEWER_SHIFT, _NEWER_VIEW_SHIFT = 0x4C, 0x8C
_VIEW_ORDERS = {0, 1, 2}


def rebuilt_protocol_block(content: bytes, names_somebody: Callable[[bytes], bool]) -> bytes | None:
    """The reviewed parameters of a protocol data block, compressed again; None when there is none.

    Which these are is in ``workflow/headers/protocol_keys.tsv``. The file name in the gzip header, which
    holds the number of the examination, goes.

    Parameters
    ----------
    content
        The length of the gzip stream, and the stream.
    names_somebody
        Whether a text holds an identity.
    """
    stretch = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = stretch.decompress(content[4:], _LARGEST)
    except zlib.error:
        return None
    lines = b"".join(_lines(text, names_somebody))
    if not lines:
        return None
    squeeze = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    body = squeeze.compress(lines) + squeeze.flush()
    stream = _GZIP_HEAD + body + struct.pack("<2L", zlib.crc32(lines), len(lines))
    padding = bytes(len(stream) % 2)
    return struct.pack("<L", len(stream)) + stream + padding


def _lines(text: bytes, names_somebody: Callable[[bytes], bool]) -> Iterator[bytes]:
    for key, value in _LINE.findall(b"\n" + text):
        pattern = _keys().get(key.decode())
        if not pattern or not pattern.fullmatch(value.decode("latin-1")):
            continue
        if pattern is _NUMBER or not names_somebody(value):
            yield b"\n" + key + b' "' + value + b'"'


@cache
def _keys() -> dict[str, re.Pattern[str]]:
    return {
        row["key"]: re.compile(row["pattern"], re.ASCII) if row["pattern"] else _NUMBER
        for row in tables.rows("protocol_keys.tsv")
        if row["protocol"] == "GE"
    }


def rebuilt_user_data(content: bytes, _: object = None) -> bytes | None:
    """User defined data with nothing but what gives the direction of phase encoding; all else is zero.

    The original holds the date and the time of the scan. Places as dcm2niix reads them
    (https://github.com/rordenlab/dcm2niix, nii_dicom.cpp, ``kUserDefineDataGE``).

    Parameters
    ----------
    content
        (0043,xx2A) of ``GEMS_PARM_01``.
    """
    if len(content) < _LEAST:
        return None
    start = struct.unpack_from("<H", content, _POINTER)[0]
    if len(content) < start + _LEAST:
        return None
    version = struct.unpack_from("<f", content, start)[0]
    if not _VERSIONS[0] <= version <= _VERSIONS[1]:
        return None
    newer = version >= _NEWER
    base = start + (_NEWER_SHIFT if newer else 0)
    view = base + _VIEW_ORDER - (_NEWER_VIEW_SHIFT if newer else 0)
    target = bytearray(start + _LEAST + _NEWER_SHIFT)
    struct.pack_into("<H", target, _POINTER, start)
    struct.pack_into("<f", target, start, round(version, 3))
    for place, flag in ((base + _EPI, _EPI_FLAG), (base + _POLARITY, _POLARITY_FLAG)):
        struct.pack_into("<H", target, place, struct.unpack_from("<H", content, place)[0] & flag)
    order = struct.unpack_from("<H", content, view)[0]
    struct.pack_into("<H", target, view, order if order in _VIEW_ORDERS else 0)
    return bytes(target[: len(target) // 2 * 2])
