"""One instance: its cleaned header and its pixel bytes, written as one file."""

from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from cleanroom.encode.frames import Frame
from cleanroom.encode.pixels import as_word, stored, words
from cleanroom.errors import SetAside

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
    return UID(original.file_meta.TransferSyntaxUID)


def fill_pixels(
    header: Dataset,
    original: Dataset,
    values: NDArray[np.generic],
    inside: NDArray[np.bool_],
    *,
    real: float,
    positions: list[Frame],
) -> UID:
    """Replace the pixels inside the mask; every other word keeps its bits.

    Parameters
    ----------
    values, inside
        Decoded stored values and the mask, (frames, rows, columns[, 3]) and (frames, rows, columns).
    real
        The fill in real units, mapped through each frame's own rescale.

    Returns
    -------
    UID
        The original transfer syntax where it is not encapsulated, else Explicit VR Little Endian.
    """
    syntax = UID(original.file_meta.TransferSyntaxUID)
    if int(original.SamplesPerPixel) > 1 and original.PhotometricInterpretation != "RGB":
        raise SetAside(f"a face in {original.PhotometricInterpretation} pixels cannot be filled")
    if syntax.is_encapsulated:
        kind = np.dtype(f"<u{original.BitsAllocated // 8}")
        filled = values.astype(values.dtype.newbyteorder("<")).view(kind).copy()
        syntax = ExplicitVRLittleEndian
    else:
        filled = words(original).copy()
    for frame, position in enumerate(positions):
        value = stored(real, original, position.slope, position.intercept)
        filled[frame][inside[frame]] = as_word(value, original)
    data = filled.tobytes()
    header.PixelData = data + b"\0" * (len(data) % 2)
    header["PixelData"].VR = "OB" if original.BitsAllocated <= 8 and not syntax.is_implicit_VR else "OW"
    return syntax


def save(header: FileDataset, syntax: UID, path: Path) -> None:
    """Write a Part 10 file in the given transfer syntax."""
    if syntax.is_private or not syntax.is_transfer_syntax:
        raise SetAside(f"{syntax} is not a public transfer syntax", "re-export the series uncompressed")
    header.file_meta.TransferSyntaxUID = syntax
    header.preamble = b"\0" * 128
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(
        path,
        header,
        implicit_vr=syntax.is_implicit_VR,
        little_endian=syntax.is_little_endian,
        enforce_file_format=True,
    )
