"""Stored pixel values: read for comparison, and written back without touching any other bit."""

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


def words(dataset: Dataset) -> NDArray[np.generic]:
    """The pixel words as they lie in the file, bits above High Bit included; same shape as :func:`decoded`.

    Only for native (not encapsulated) pixel data, samples interleaved.
    """
    little = dataset.original_encoding[1]
    kind = np.dtype(f"{'<' if little else '>'}u{dataset.BitsAllocated // 8}")
    samples = int(dataset.SamplesPerPixel)
    if samples > 1 and dataset.PlanarConfiguration != 0:
        raise SetAside("colour planes that are not interleaved cannot be filled")
    shape = [int(dataset.get("NumberOfFrames") or 1), int(dataset.Rows), int(dataset.Columns)]
    shape += [samples] if samples > 1 else []
    found = np.frombuffer(dataset.PixelData, kind, count=int(np.prod(shape)))
    return found.reshape(shape)


def stored(real: float, dataset: Dataset, slope: float, intercept: float) -> int:
    """The stored value nearest to a value in real units that the instance's bits can hold."""
    bits, signed = int(dataset.BitsStored), int(dataset.PixelRepresentation) == 1
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return int(min(max(round((real - intercept) / slope), low), high))


def as_word(value: int, dataset: Dataset) -> int:
    """A stored value as an unsigned pixel word: shifted up to High Bit, other bits zero."""
    bits = int(dataset.BitsStored)
    shift = int(dataset.HighBit) + 1 - bits
    if shift == 0:
        return value & ((1 << int(dataset.BitsAllocated)) - 1)
    return (value & ((1 << bits) - 1)) << shift
