"""Stored pixel values of a whole instance, for comparison."""

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.pixeldata.frames import Frames
from cleanroom.pixeldata.original import Original


def decoded(dataset: Dataset) -> NDArray[np.generic]:
    """Stored values, (frames, rows, columns) or (frames, rows, columns, 3).

    Raises
    ------
    SetAside
        When no installed codec reads the pixel data.
    """
    frames = Frames(Original.of(dataset))
    found = [frames.layout.values(pixels.words) for pixels in frames]
    values = np.concatenate(found)
    return values[..., 0] if frames.layout.samples == 1 else values
