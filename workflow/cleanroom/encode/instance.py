"""One instance: its cleaned header and its pixel bytes, written as one file."""

from pathlib import Path

import pydicom
from pydicom import DataElement, Dataset
from pydicom.dataset import FileDataset
from pydicom.uid import UID

from cleanroom.encode.covering import Covered
from cleanroom.encode.native import public_syntax
from cleanroom.header.elements import items_of, sequence, swapped, value_of

PIXEL_ELEMENTS = (
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    "FloatPixelData",
    "DoubleFloatPixelData",
    "PixelData",
)

_PIXEL_GROUP = 0x7FE0
_WORDS = ("OW", "OL", "OV", "OF", "OD")
"""What pydicom writes as it is, whatever the byte order."""


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


def _turn(level: Dataset) -> None:
    """Turn round the words of a cleaned header for a file in big endian; its pixels are so already."""
    for tag in list(level.keys()):
        element = level.get_item(tag)
        if element.VR == "SQ":
            items = items_of(element)
            for item in items:
                _turn(item)
            level[tag] = sequence(tag, items)
        elif element.VR in _WORDS and tag >> 16 != _PIXEL_GROUP:
            value = swapped(value_of(element, element.VR), element.VR)
            level[tag] = DataElement(tag, element.VR, value)


def save(header: FileDataset, syntax: UID, path: Path) -> None:
    """Write a Part 10 file in the given transfer syntax."""
    header.file_meta.TransferSyntaxUID = syntax
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    header.preamble = b"\0" * 128
    path.parent.mkdir(parents=True, exist_ok=True)
    if not syntax.is_little_endian:
        _turn(header)
    pydicom.dcmwrite(
        path,
        header,
        implicit_vr=syntax.is_implicit_VR,
        little_endian=syntax.is_little_endian,
        enforce_file_format=True,
    )
