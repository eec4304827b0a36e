"""One instance: its cleaned header and its pixel bytes, written as one file."""

from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.dataset import FileDataset
from pydicom.uid import UID

from cleanroom.encode.covering import Covered
from cleanroom.encode.native import public_syntax

PIXEL_ELEMENTS = (
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    "FloatPixelData",
    "DoubleFloatPixelData",
    "PixelData",
)


def keep_pixels(header: Dataset, original: Dataset) -> UID:
    """Give the header the original's pixel bytes, untouched; the transfer syntax to write them in."""
    for keyword in PIXEL_ELEMENTS:
        if keyword in original:
            header[keyword] = original[keyword]
    return public_syntax(original)


def give_pixels(header: Dataset, original: Dataset, new: Covered) -> UID:
    """Give the header pixel data in which something was covered; the transfer syntax to write them in."""
    for keyword, value in new.attributes.items():
        setattr(header, keyword, value)
    header.PixelData = new.data
    narrow = int(original.BitsAllocated) <= 8 and not new.syntax.is_implicit_VR
    same = new.syntax == original.file_meta.TransferSyntaxUID
    header["PixelData"].VR = original["PixelData"].VR if same else "OB" if narrow else "OW"
    return new.syntax


def save(header: FileDataset, syntax: UID, path: Path) -> None:
    """Write a Part 10 file in the given transfer syntax."""
    header.file_meta.TransferSyntaxUID = syntax
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    header.preamble = b"\0" * 128
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(
        path,
        header,
        implicit_vr=syntax.is_implicit_VR,
        little_endian=syntax.is_little_endian,
        enforce_file_format=True,
    )
