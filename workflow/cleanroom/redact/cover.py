"""From where words were found to boxes that cover every pixel of them."""

from operator import itemgetter

import cv2
import numpy as np
from numpy.typing import NDArray

from cleanroom.reading.word import Box, Picture

_MARGIN, _LEAST = 0.15, 2
"""A box grows by this part of its height, and by two pixels at least."""
_REACH = 0.5
"""Strokes are followed this part of the box's height beyond it."""
_ALONG = 8
"""Letters further along the line are looked for within so many heights of the box."""
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
    around = _reach(enlarged(grown, max(round(_REACH * short), 4), rows, columns), round(_ALONG * short))
    around = around[0], around[1], min(around[2], columns), min(around[3], rows)
    part = picture[around[1] : around[3], around[0] : around[2]]
    inner = tuple(value - around[axis % 2] for axis, value in enumerate(grown))
    found = tuple(value - around[axis % 2] for axis, value in enumerate(box))
    for strokes in _strokes(part if part.ndim == 2 else _contrasted(part), found):
        inner = _widened(inner, found, strokes, short)
        inner = _followed(inner, found, strokes, short)
    wide = tuple(value + around[axis % 2] for axis, value in enumerate(inner))
    return enlarged((wide[0], wide[1], wide[2], wide[3]), 1, rows, columns)


def _reach(box: Box, along: int) -> Box:
    """A box that is longer in the direction in which its text runs."""
    left, top, right, bottom = box
    if right - left >= bottom - top:
        return max(left - along, 0), top, right + along, bottom
    return left, max(top - along, 0), right, bottom + along


def _followed(
    inner: tuple[int, ...], found: tuple[int, ...], strokes: NDArray[np.uint8], short: int
) -> tuple[int, ...]:
    """The box drawn out to letters of its line that the detector left out: at most a letter's height away."""
    left, top, right, bottom = inner
    level = right - left >= bottom - top
    _, _, measures, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    boxes = [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in measures[1:] if max(w, h) <= short]
    axis = 0 if level else 1
    for one in sorted(boxes, key=itemgetter(axis)) + sorted(boxes, key=itemgetter(axis), reverse=True):
        gap = max(one[0] - right, left - one[2]) if level else max(one[1] - bottom, top - one[3])
        first, last = (
            (one[1] - found[1], found[3] - one[3]) if level else (one[0] - found[0], found[2] - one[2])
        )
        in_line = min(first, last) >= 0
        if in_line and 0 <= gap <= short:
            left, top, right, bottom = (
                min(left, one[0]),
                min(top, one[1]),
                max(right, one[2]),
                max(bottom, one[3]),
            )
    return left, top, right, bottom


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
