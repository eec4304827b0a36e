"""From where words were found to boxes that cover every pixel of them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cleanroom.reading.engine import Picture
from cleanroom.reading.word import Box

_MARGIN, _LEAST = 0.15, 2
"""A box grows by this part of its height, and by two pixels at least."""
_REACH = 0.5
"""Strokes are followed this part of the box's height beyond it."""
_TALLER, _WIDER = 1.6, 2.0
"""A connected stroke larger than this (in heights of the box) is anatomy or a frame, not a letter."""
_CONTRAST = 0.4
"""Part of the text's contrast at which a pixel belongs to a stroke."""


def covering(picture: Picture, box: Box) -> Box:
    """A box that covers the text found in ``box``: grown, and widened to the strokes that it cuts.

    Parameters
    ----------
    picture
        8 bit, (rows, columns) or (rows, columns, 3): the one in which the text was found.
    box
        left, top, right, bottom in pixels.
    """
    rows, columns = picture.shape[:2]
    short = min(box[2] - box[0], box[3] - box[1])
    grown = enlarged(box, max(round(_MARGIN * short), _LEAST), rows, columns)
    around = enlarged(grown, max(round(_REACH * short), 4), rows, columns)
    part = picture[around[1] : around[3], around[0] : around[2]]
    inner = tuple(value - around[axis % 2] for axis, value in enumerate(grown))
    found = tuple(value - around[axis % 2] for axis, value in enumerate(box))
    for strokes in _strokes(part if part.ndim == 2 else _contrasted(part), found):
        inner = _widened(inner, found, strokes, short)
    wide = tuple(value + around[axis % 2] for axis, value in enumerate(inner))
    return enlarged((wide[0], wide[1], wide[2], wide[3]), 1, rows, columns)


def enlarged(box: Box, by: int, rows: int, columns: int) -> Box:
    """A box that is larger on every side, within the picture."""
    left, top, right, bottom = box
    return max(left - by, 0), max(top - by, 0), min(right + by, columns), min(bottom + by, rows)


def _contrasted(part: Picture) -> Picture:
    """The colour channel in which there is the most to see."""
    deviations = [float(part[..., channel].std()) for channel in range(part.shape[2])]
    return np.ascontiguousarray(part[..., int(np.argmax(deviations))])


def _strokes(part: Picture, inner: tuple[int, ...]) -> list[NDArray[np.uint8]]:
    """Bright and dark strokes, as masks."""
    left, top, right, bottom = inner
    inside = part[top:bottom, left:right].astype(np.int16)
    ground = float(np.median(inside))
    low, high = (float(value) for value in np.percentile(inside, (2, 98)))
    masks = []
    if high - ground > 16:
        masks.append((part > ground + _CONTRAST * (high - ground)).astype(np.uint8))
    if ground - low > 16:
        masks.append((part < ground - _CONTRAST * (ground - low)).astype(np.uint8))
    return masks


def _widened(
    inner: tuple[int, ...], found: tuple[int, ...], strokes: NDArray[np.uint8], short: int
) -> tuple[int, ...]:
    left, top, right, bottom = inner
    _, labels, measures, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    touched = np.unique(labels[found[1] : found[3], found[0] : found[2]])
    for label in touched[touched > 0]:
        x, y, width, height = (int(value) for value in measures[label][:4])
        if max(width, height) <= _WIDER * short and min(width, height) <= _TALLER * short:
            left, top = min(left, x), min(top, y)
            right, bottom = max(right, x + width), max(bottom, y + height)
    return left, top, right, bottom
