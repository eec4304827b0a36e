"""An input file: its header in memory, its pixel data on disk."""

import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from pydicom import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from cleanroom.clean.original import read_header
from cleanroom.errors import SetAside
from cleanroom.header.legality import UNDEFINED
from cleanroom.pixeldata import codecs
from cleanroom.source import SEPARATOR, opened

codecs.complete()
FLOAT, DOUBLE, PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010
_TAGS = (FLOAT, DOUBLE, PIXELS)
_CHUNK = 1 << 20
_IN_MEMORY = 1 << 26
_META_START = 128 + 4 + 12
"""Preamble, prefix and the group length element."""
DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
ENDS_INSIDE = "the file ends inside its pixels"


class PixelElement(NamedTuple):
    """Where the value of the pixel data element lies."""

    tag: int
    vr: str
    start: int
    length: int | None
    """None: encapsulated, its end is marked."""


@dataclass(frozen=True)
class Original:
    """An instance as it came in.

    Attributes
    ----------
    header
        Every element before the pixels, and the file meta information.
    syntax
        Its transfer syntax, that which intake found where the file names none.
    pixels
        None when it has no pixel data.
    file
        Its bytes, of a deflated one inflated.
    """

    header: Dataset
    syntax: UID
    pixels: PixelElement | None
    file: BinaryIO

    @classmethod
    @contextmanager
    def opened(cls, root: Path, path: str, scratch: Path, syntax: str = "") -> Iterator["Original"]:
        """Open an input file by its path in the inventory.

        Parameters
        ----------
        scratch
            A private folder: what is packed or deflated is unpacked there.
        syntax
            The transfer syntax of a file that names none.

        Raises
        ------
        SetAside
            When it is not a DICOM file, or its transfer syntax is not one of the standard.
        """
        with opened(root, path) as packed, _spool(scratch) as spool:
            if SEPARATOR in path:
                shutil.copyfileobj(packed, spool, _CHUNK)
                spool.seek(0)
            file = spool if SEPARATOR in path else packed
            header = read_header(file)
            if "TransferSyntaxUID" not in header.file_meta:
                header.file_meta.TransferSyntaxUID = UID(syntax)
            if header.file_meta.TransferSyntaxUID != DeflatedExplicitVRLittleEndian:
                yield cls._at_pixels(header, file)
                return
            with _spool(scratch) as plain:
                _inflate(file, header, plain)
                yield cls._at_pixels(header, plain)

    @classmethod
    def of(cls, dataset: Dataset) -> "Original":
        """A dataset in memory, read from any file."""
        vr, value = "", b""
        tag = next((tag for tag in _TAGS if tag in dataset), None)
        if tag is not None:
            vr, value = dataset[tag].VR, bytes(dataset[tag].value)
        syntax = UID(dataset.file_meta.TransferSyntaxUID)
        length = None if syntax.is_encapsulated else len(value)
        if length is None and not value.endswith(DELIMITER):
            value += DELIMITER
        pixels = None if tag is None else PixelElement(tag, vr, 0, length)
        return cls(dataset, public(syntax), pixels, BytesIO(value))

    @classmethod
    def _at_pixels(cls, header: Dataset, file: BinaryIO) -> "Original":
        syntax = public(UID(header.file_meta.TransferSyntaxUID))
        return cls(header, syntax, _element(file, syntax), file)

    def read(self, start: int, length: int) -> bytearray:
        """Bytes of the file.

        Raises
        ------
        SetAside
            When it ends before.
        """
        piece = bytearray(length)
        self.file.seek(start)
        if self.file.readinto(piece) != length:  # type: ignore[attr-defined]
            raise SetAside(ENDS_INSIDE, "export it again: it is not whole")
        return piece

    def pieces(self) -> Iterator[bytes]:
        """The value of the pixel data element, verbatim: to be written as it is."""
        if self.pixels is None:
            return
        if self.pixels.length is not None:
            yield from self._verbatim(self.pixels.start, self.pixels.length)
            return
        at = self.pixels.start
        while True:
            head = self.read(at, 8)
            group, number, length = struct.unpack("<HHL", head)
            yield bytes(head)
            at += 8
            if (group, number) == (0xFFFE, 0xE0DD):
                return
            if (group, number) != (0xFFFE, 0xE000):
                raise SetAside("its compressed frames cannot be told apart", "export it again")
            yield from self._verbatim(at, length)
            at += length

    def _verbatim(self, start: int, length: int) -> Iterator[bytes]:
        for at in range(start, start + length, _CHUNK):
            yield bytes(self.read(at, min(_CHUNK, start + length - at)))

    def whole(self) -> Dataset:
        """The dataset with its pixel data in memory."""
        if self.pixels is not None:
            self.header.add_new(self.pixels.tag, self.pixels.vr, b"".join(self.pieces()))
        return self.header


def public(syntax: UID) -> UID:
    """A transfer syntax of the standard.

    Raises
    ------
    SetAside
        When it is another.
    """
    if syntax.is_private or not syntax.is_transfer_syntax:
        raise SetAside(f"{syntax} is not a public transfer syntax", "re-export the series uncompressed")
    return syntax


def _spool(scratch: Path) -> BinaryIO:
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(scratch)))


def _element(file: BinaryIO, syntax: UID) -> PixelElement | None:
    """The pixel data element at this place of a file."""
    start = file.tell()
    order = "<" if syntax.is_little_endian else ">"
    head = file.read(12)
    if len(head) < (8 if syntax.is_implicit_VR else 12):
        return None
    group, number = struct.unpack_from(f"{order}HH", head)
    tag = group << 16 | number
    if tag not in _TAGS:
        return None
    implicit = syntax.is_implicit_VR
    vr = "OW" if implicit else head[4:6].decode("latin-1")
    (length,) = struct.unpack_from(f"{order}L", head, 4 if implicit else 8)
    return PixelElement(tag, vr, start + (8 if implicit else 12), None if length == UNDEFINED else length)


def _inflate(file: BinaryIO, header: Dataset, plain: BinaryIO) -> None:
    """The dataset of a deflated file, left at its pixel element."""
    stretch = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        file.seek(_META_START + int(header.file_meta.FileMetaInformationGroupLength))
        for piece in iter(lambda: file.read(_CHUNK), b""):
            plain.write(stretch.decompress(piece))
        plain.write(stretch.flush())
        plain.seek(0)
        read_dataset(plain, False, True, stop_when=lambda tag, *_: tag in _TAGS)
    except (OSError, MemoryError):
        raise
    except Exception:  # a broken header can raise nearly anything in pydicom
        raise SetAside("it cannot be inflated", "export it again: it is not whole") from None
