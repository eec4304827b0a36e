"""Whole files: a cleaned header and the original's pixel bytes, in the original's transfer syntax."""

import struct
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from cleanroom.clean.meta import file_meta
from cleanroom.errors import SetAside
from cleanroom.header.encoding import Encoding
from cleanroom.header.legality import UNDEFINED

PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_CHUNK = 1 << 20
_IN_MEMORY = 1 << 26
_SEQUENCE_DELIMITER = 0xFFFEE0DD
_META_START = 128 + 4 + 12
"""Preamble, prefix and the group length element."""


def write_whole(target: IO[bytes], header: Dataset, source: BinaryIO, original: Dataset, syntax: str) -> None:
    """Write a cleaned instance; its pixel element is copied in pieces, never held as a whole.

    Parameters
    ----------
    target
        Where the Part 10 file is written.
    header
        A cleaned header.
    source
        The original, where `cleanroom.clean.original.read_header` left it.
    original
        What that read.
    syntax
        The transfer syntax of the original.

    Raises
    ------
    SetAside
        When the file ends inside its pixels.
    """
    target.write(file_meta(header, syntax))
    encoding = Encoding(syntax)
    if syntax != DeflatedExplicitVRLittleEndian:
        target.write(encoding.encoded(header))
        for piece in pixel_element(source, encoding):
            target.write(piece)
        return
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    written = target.write(squeeze.compress(Encoding(ExplicitVRLittleEndian).encoded(header)))
    with _inflated(source, original) as plain:
        for piece in pixel_element(cast(BinaryIO, plain), encoding):
            written += target.write(squeeze.compress(piece))
    written += target.write(squeeze.flush())
    target.write(bytes(written % 2))


def pixel_element(source: BinaryIO, encoding: Encoding) -> Iterator[bytes]:
    """The pixel element at this place of a file, verbatim and in pieces; nothing when there is none."""
    order = ">" if encoding.big else "<"
    head = source.read(8)
    if len(head) < 8:
        return
    group, number, length = struct.unpack(order + "HHL", head)
    if group << 16 | number not in PIXELS:
        return
    if not encoding.implicit:
        more = _exactly(source, 4)
        length = struct.unpack(order + "L", more)[0]
        head += more
    yield head
    yield from _pieces(source, length) if length != UNDEFINED else _fragments(source)


def _fragments(source: BinaryIO) -> Iterator[bytes]:
    while True:
        head = _exactly(source, 8)
        group, number, length = struct.unpack("<HHL", head)
        yield head
        if group << 16 | number == _SEQUENCE_DELIMITER:
            return
        yield from _pieces(source, length)


def _pieces(source: BinaryIO, length: int) -> Iterator[bytes]:
    for start in range(0, length, _CHUNK):
        yield _exactly(source, min(_CHUNK, length - start))


def _exactly(source: BinaryIO, length: int) -> bytes:
    piece = source.read(length)
    if len(piece) < length:
        raise SetAside("the file ends inside its pixels")
    return piece


def _inflated(source: BinaryIO, original: Dataset) -> IO[bytes]:
    """The dataset of a deflated file, at its pixel element; on disk when it is large."""
    source.seek(_META_START + int(original.file_meta.FileMetaInformationGroupLength))
    stretch = zlib.decompressobj(-zlib.MAX_WBITS)
    plain: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    for piece in iter(lambda: source.read(_CHUNK), b""):
        plain.write(stretch.decompress(piece))
    plain.write(stretch.flush())
    plain.seek(0)
    read_dataset(cast(BinaryIO, plain), False, True, stop_when=_at_pixels)
    return plain


def _at_pixels(tag: int, _vr: str | None, _length: int) -> bool:
    return tag in PIXELS
