"""Headers that would never end, or fill the memory: an upper bound for what is read of one."""

import zlib
from typing import BinaryIO

from cleanroom.header.legality import LONG

MOST_BYTES, MOST_READS, MOST_ZEROS = 400_000_000, 1_500_000, 300_000
"""Of a header, pixels not included; a deflated dataset has to be inflated with its pixels. Zeros in a row are
padding, in pieces of eight bytes."""
_CHUNK = 1 << 20
_ZEROS = bytes(8)
_LONG = frozenset(vr.encode() for vr in LONG)
_DEFLATED = b"1.2.840.10008.1.2.1.99"


class Endless(Exception):
    """The bound was reached; the text says so without a value."""


class Bounded:
    """A file of which so much may be read and no more.

    Parameters
    ----------
    file
        Open for reading, seekable.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._bytes, self._reads, self._zeros = MOST_BYTES, MOST_READS, 0
        self.tell = file.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; at the beginning another reader begins anew."""
        if offset == whence == 0:
            self._bytes, self._reads, self._zeros = MOST_BYTES, MOST_READS, 0
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes.

        Raises
        ------
        Endless
            When they are more than may be read.
        """
        self._reads -= 1
        found = self._file.read(min(size, self._bytes + 1) if size >= 0 else self._bytes + 1)
        self._bytes -= len(found)
        if len(found) == 8:
            self._zeros = self._zeros + 1 if found == _ZEROS else 0
        if self._bytes < 0:
            raise Endless(f"the DICOM header is larger than {MOST_BYTES // 1_000_000} MB")
        if self._reads < 0 or self._zeros > MOST_ZEROS:
            raise Endless("the DICOM header has no end")
        return found


def check_inflated(file: BinaryIO) -> None:
    """Refuse a deflated dataset that grows beyond the bound; the file is left where it begins.

    Raises
    ------
    Endless
        When it does.
    """
    if _deflated(file):
        grown, stretch = 0, zlib.decompressobj(-zlib.MAX_WBITS)
        while piece := stretch.unconsumed_tail or file.read(_CHUNK):
            grown += len(stretch.decompress(piece, _CHUNK))
            if grown > MOST_BYTES:
                raise Endless(f"its deflated dataset is larger than {MOST_BYTES // 1_000_000} MB")
            if stretch.eof:
                break
    file.seek(0)


def _deflated(file: BinaryIO) -> bool:
    """Whether the file meta information says so; the file is left behind it."""
    file.seek(0)
    file.seek(132 if file.read(132)[128:] == b"DICM" else 0)
    deflated = False
    while (head := file.read(8))[:2] == b"\2\0" and len(head) == 8:
        length = int.from_bytes(file.read(4) if head[4:6] in _LONG else head[6:8], "little")
        value = file.read(min(length, _CHUNK))
        file.seek(max(length - _CHUNK, 0), 1)
        if head[2:4] == b"\x10\0":
            deflated = value.strip(b"\0 ") == _DEFLATED
    if head:
        file.seek(-len(head), 1)
    return deflated
