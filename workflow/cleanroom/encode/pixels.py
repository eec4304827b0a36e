"""Stored pixel values: read for comparison, and what real units are in them."""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels.decoders.base import get_decoder

from cleanroom.errors import SetAside


def decoded(dataset: Dataset) -> NDArray[np.generic]:
    """Stored values, (frames, rows, columns) or (frames, rows, columns, 3); colours not converted.

    Raises
    ------
    SetAside
        When no installed codec reads the pixel data.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        values, _ = get_decoder(syntax).as_array(dataset, raw=True)
    except Exception as error:  # codecs raise their own kinds
        raise SetAside(
            f"pixel data in transfer syntax {syntax} cannot be decoded ({type(error).__name__})",
            "re-export the series uncompressed",
        ) from error
    frames = int(dataset.get("NumberOfFrames") or 1)
    return cast("NDArray[np.generic]", values if frames > 1 else values[np.newaxis])


def stored(real: NDArray[np.float64], dataset: Dataset, slope: float, intercept: float) -> NDArray[np.int64]:
    """The stored values nearest to values in real units that the instance's bits can hold."""
    bits, signed = int(dataset.BitsStored), int(dataset.PixelRepresentation) == 1
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return np.clip(np.rint((real - intercept) / (slope or 1.0)), low, high).astype(np.int64)
