"""The planning CT: a head on a table, one file a slice."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from cleanroom.sample.grid import Grid
from cleanroom.sample.headers import Source, fill, numbered, series_header, variant
from cleanroom.sample.mr import geometry, place

_INTERCEPT = -1024
_SCANNER: Mapping[str, Any] = {
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "KVP": 120,
    "XRayTubeCurrent": 230,
    "ExposureTime": 1000,
    "ConvolutionKernel": "H30s",
    "GantryDetectorTilt": 0,
    "TableHeight": 142,
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
    "RescaleIntercept": _INTERCEPT,
    "RescaleSlope": 1,
    "RescaleType": "HU",
    "WindowCenter": [40, 500],
    "WindowWidth": [80, 2000],
}


def instances(source: Source, grid: Grid, hounsfield: NDArray[np.float32]) -> Iterator[Dataset]:
    """The instances of a CT series, shape of ``hounsfield`` (slices, rows, columns)."""
    common = series_header(source, "CT", CTImageStorage, ExplicitVRLittleEndian)
    fill(common, _SCANNER)
    geometry(common, source, grid, grid.spacing[0])
    stored = np.clip(np.rint(hounsfield - _INTERCEPT), 0, 4095).astype(np.uint16)
    for index, pixels in enumerate(stored):
        dataset = numbered(variant(common), source, index + 1)
        place(dataset, grid, index)
        dataset.PixelData = pixels.tobytes()
        dataset["PixelData"].VR = "OW"
        yield dataset


def with_table(hounsfield: NDArray[np.float32], grid: Grid, posterior: float) -> NDArray[np.float32]:
    """Add a headrest and a table top under the head.

    Parameters
    ----------
    hounsfield
        Axial slices, shape (slices, rows, columns).
    grid
        Where they lie.
    posterior
        LPS y, in millimetres, of the back of the head.
    """
    _, rows, columns = grid.shape
    x = grid.origin[0] + np.arange(columns) * grid.spacing[2]
    y = (grid.origin[1] + np.arange(rows) * grid.spacing[1])[:, None]
    cup = np.hypot(x, y - posterior + 90) - 96
    rest = (np.abs(cup) < 2.5) & (y > posterior - 35)
    sag = posterior + 14 + 12 * (1 - (x / 170) ** 2)
    table = (np.abs(y - sag) < 1.5) & (np.abs(x) < 145)
    filling = (y > sag + 1.5) & (y < sag + 16) & (np.abs(x) < 140)
    out = np.array(hounsfield)
    for where, value in ((rest, -250.0), (table, 80.0), (filling, -900.0)):
        out = np.where(where & (out < -700), value, out)
    return out.astype(np.float32)
