"""MR series, one file a slice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from openjpeg.utils import encode_pixel_data
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEG2000Lossless, MRImageStorage

from cleanroom.sample.grid import Grid
from cleanroom.sample.headers import Source, fill, numbered, series_header, variant
from cleanroom.sample.tissue import Stored

GRADIENT_ECHO: Mapping[str, Any] = {
    "ScanningSequence": ["GR", "IR"],
    "SequenceVariant": ["SP", "MP"],
    "MRAcquisitionType": "3D",
    "RepetitionTime": 2300,
    "EchoTime": 2.96,
    "InversionTime": 900,
    "FlipAngle": 9,
    "EchoTrainLength": 1,
}
SPIN_ECHO: Mapping[str, Any] = {
    "ScanningSequence": "SE",
    "SequenceVariant": "SK",
    "MRAcquisitionType": "2D",
    "RepetitionTime": 5800,
    "EchoTime": 98,
    "FlipAngle": 150,
    "EchoTrainLength": 15,
}
_SCANNER: Mapping[str, Any] = {
    "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
    "ScanOptions": "",
    "MagneticFieldStrength": 3,
    "ImagedNucleus": "1H",
    "ImagingFrequency": 123.25,
    "NumberOfAverages": 1,
    "PixelBandwidth": 240,
    "PatientPosition": "HFS",
    "BodyPartExamined": "HEAD",
    "PositionReferenceIndicator": "",
    "AcquisitionNumber": 1,
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 0,
    "WindowCenter": 600,
    "WindowWidth": 1200,
}


@dataclass(frozen=True)
class Stack:
    """A series to write.

    Attributes
    ----------
    source
        Which series it is.
    grid
        Where its slices lie.
    stored
        Stored values, shape (slices, rows, columns).
    sequence
        The attributes of its pulse sequence.
    syntax
        Transfer syntax.
    thickness
        Slice thickness in millimetres.
    """

    source: Source
    grid: Grid
    stored: Stored
    sequence: Mapping[str, Any]
    syntax: UID
    thickness: float


def instances(stack: Stack) -> Iterator[Dataset]:
    """The instances of an MR series, in the order of their slices."""
    common = series_header(stack.source, "MR", MRImageStorage, stack.syntax)
    fill(common, {**_SCANNER, **stack.sequence})
    geometry(common, stack.source, stack.grid, stack.thickness)
    for index, pixels in enumerate(stack.stored):
        dataset = numbered(variant(common), stack.source, index + 1)
        dataset.ImageComments = f"{dataset.PatientName.family_name}, Schicht {index + 1}"
        place(dataset, stack.grid, index)
        if index == len(stack.stored) // 2:
            fill(dataset, {"IconImageSequence": [_thumbnail(pixels)]})
        _set_pixels(dataset, pixels, stack.syntax)
        yield dataset


def geometry(dataset: Dataset, source: Source, grid: Grid, thickness: float) -> None:
    """The grid's part that all slices share."""
    dataset.FrameOfReferenceUID = source.frame_uid
    dataset.Rows, dataset.Columns = grid.shape[1:]
    dataset.PixelSpacing = list(grid.spacing[1:])
    dataset.ImageOrientationPatient = grid.orientation
    dataset.SliceThickness = thickness


def place(dataset: Dataset, grid: Grid, index: int) -> None:
    """Where one slice lies."""
    dataset.ImagePositionPatient = grid.position(index)
    along = grid.origin @ grid.axes[0] + index * grid.spacing[0]
    dataset.SliceLocation = round(float(along), 4)


def _thumbnail(pixels: Stored) -> dict[str, Any]:
    """A small copy of the picture inside the header, as some archives make."""
    small = np.clip(pixels[::4, ::4] // 6, 0, 255).astype(np.uint8)
    rows, columns = small.shape
    return {
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
        "PixelData": small.tobytes(),
    }


def _set_pixels(dataset: Dataset, pixels: Stored, syntax: UID) -> None:
    if syntax == JPEG2000Lossless:
        rows, columns = pixels.shape
        stream = encode_pixel_data(
            pixels.tobytes(),
            rows=rows,
            columns=columns,
            samples_per_pixel=1,
            bits_stored=12,
            pixel_representation=0,
            photometric_interpretation="MONOCHROME2",
        )
        dataset.PixelData = encapsulate([bytes(stream)])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    else:
        dataset.PixelData = pixels.tobytes()
        dataset["PixelData"].VR = "OW"
