"""Frames as a person would see them: 8 bit, grey or RGB, in as many windows as their words may need."""

from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, convert_color_space

from cleanroom.errors import SetAside
from cleanroom.header.elements import NO_VALUE
from cleanroom.pixeldata import codecs
from cleanroom.reading.word import Picture

codecs.complete()

Stored = NDArray[np.generic]
_TAILS = (0.5, 99.5)
_MUCH_NARROWER = 0.75
_LARGEST = 64_000_000
"""Pixels of a frame: a minute and a half of reading."""
_MOST = 4_000_000_000
"""Bytes of an instance's frames together, decoded."""


def frames(dataset: Dataset) -> Iterator[Stored]:
    """The stored values of each frame, one after the other: (rows, columns) or (rows, columns, 3).

    Raises
    ------
    SetAside
        When there are too many pixels, none, or none that an installed codec reads.
    """
    check_size(dataset)
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        for values, _ in get_decoder(syntax).iter_array(dataset, raw=True):
            yield cast(Stored, values)
    except Exception as error:  # codecs raise their own kinds
        raise SetAside(
            f"its pixels cannot be decoded, so its words cannot be read ({type(error).__name__})",
            "re-export the series uncompressed",
        ) from error


def check_size(dataset: Dataset) -> None:
    """Refuse what would take unbounded time or memory to read, before any pixel is decoded.

    Raises
    ------
    SetAside
        When a frame is empty or larger than 64 million pixels, or all are larger than 4 GB together.
    """
    try:
        count = int(dataset.get("NumberOfFrames") or 1)
        rows, columns = int(dataset.Rows), int(dataset.Columns)
        bits = int(dataset.get("SamplesPerPixel") or 1) * int(dataset.BitsAllocated)
    except NO_VALUE:
        raise SetAside(
            "its header does not say how large its frames are, so its words cannot be read"
        ) from None
    if rows < 1 or columns < 1 or count < 1:
        raise SetAside("its frames have no pixels")
    if rows * columns > _LARGEST or rows * columns * count * bits / 8 > _MOST:
        raise SetAside(
            f"{count} frames of {rows} x {columns} pixels are too large for their words to be read",
            "release it by a rule of text.rules with `words: never`, if you have looked at it",
        )


def pictures(values: Stored, dataset: Dataset) -> list[Picture]:
    """A frame in every window that its words may need.

    Parameters
    ----------
    values
        Stored values as `frames` gives them.
    dataset
        Its instance, for the photometric interpretation and the palette.

    Returns
    -------
    list of arrays
        uint8, (rows, columns) or (rows, columns, 3): colours as one RGB picture; greys in their full range,
        and, when a few values stretch that range, also in the range of nearly all.
    """
    if values.ndim == 3 and values.shape[-1] == 3:
        return [colour(values, str(dataset.get("PhotometricInterpretation", "")))]
    if dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
        try:
            return [eight_bit(apply_color_lut(values, dataset))]
        except Exception:  # a broken palette: the indices are read instead
            return grey(values)
    return grey(values, inverted=dataset.get("PhotometricInterpretation") == "MONOCHROME1")


def colour(values: Stored, photometric: str) -> Picture:
    """Stored colours as RGB; JPEG 2000 has decoded its own colour spaces already."""
    if photometric in ("YBR_FULL", "YBR_FULL_422"):
        return cast(Picture, convert_color_space(eight_bit(values), "YBR_FULL", "RGB"))
    return eight_bit(values)


def eight_bit(values: Stored) -> Picture:
    """Colours of any depth as 8 bit."""
    if values.dtype == np.uint8:
        return cast(Picture, values)
    return windowed(values.astype(np.float32), 0.0, float(values.max()))


def grey(values: Stored, inverted: bool = False) -> list[Picture]:
    """Grey values of any depth as one or two 8 bit pictures."""
    if values.dtype == np.bool_ or (values.dtype == np.uint8 and values.max() > 127):
        shown = [values.astype(np.uint8)]
    else:
        real = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        low, high = float(real.min()), float(real.max())
        inner_low, inner_high = (float(value) for value in np.percentile(real, _TAILS))
        shown = [windowed(real, low, high)]
        if low < high and inner_low < inner_high < inner_low + _MUCH_NARROWER * (high - low):
            shown.append(windowed(real, inner_low, inner_high))
    return [255 - picture for picture in shown] if inverted else shown


def windowed(values: NDArray[np.float32], low: float, high: float) -> Picture:
    """Values from ``low`` to ``high`` as 0 to 255, the others cut off."""
    width = high - low if high > low else 1.0
    return cast(Picture, (np.clip((values - low) / width, 0, 1) * 255).astype(np.uint8))
