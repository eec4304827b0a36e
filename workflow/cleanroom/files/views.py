"""A picture as a reader has to see it: everything that its pixels may show to anybody."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cleanroom.files.picture import Pixels
from cleanroom.reading import Reader, Word

_FLAT = 0.3
"""Share of the pixels with one value, from which on the others are shown as black on white as well."""


def words(frame: Pixels, reader: Reader) -> list[Word]:
    """The words in every view of a frame."""
    return [word for view in views(frame) for word in reader(view)]


def views(frame: Pixels) -> Iterator[NDArray[np.uint8]]:
    """Colours without transparency; transparency itself; and faint tones on a flat ground."""
    depth = frame.shape[2] if frame.ndim == 3 else 1
    colours = _eight(frame if depth in (1, 3) else frame[:, :, : depth - 1])
    colours = colours[:, :, 0] if colours.ndim == 3 and colours.shape[2] == 1 else colours
    yield colours
    if depth in (2, 4):
        alpha = _eight(frame[:, :, -1])
        if alpha.min() != alpha.max():
            yield alpha
    grey = colours if colours.ndim == 2 else np.asarray(colours.mean(axis=2), np.uint8)
    counts = np.bincount(grey.ravel(), minlength=256)
    ground = int(counts.argmax())
    faint = (grey != ground) & (np.abs(grey.astype(int) - ground) < 24)
    if counts[ground] > _FLAT * grey.size and faint.mean() > 0.0005:
        yield np.where(faint, 0, 255).astype(np.uint8)


def _eight(values: Pixels) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return np.asarray(values, np.uint8)
    low, high = np.percentile(values, (0.1, 99.9))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    scale = 255 / max(high - low, 1)
    return np.asarray(np.clip((values.astype(np.float32) - low) * scale, 0, 255), np.uint8)
