"""Many frames of one instance: what stands still is read once, a small change in every frame."""

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.reading.display import Stored, frames
from cleanroom.reading.word import Box
from cleanroom.redact.shown import Shown, joined, within

PAGES = 16
"""Up to so many frames, each is read as a picture of its own, with boxes of its own."""
_CHUNK = 12
"""Frames whose brightest values are read as one picture: white letters stay, what moves blurs."""
_SMALL = 0.04
"""A changing region up to this part of the frame is read in every frame: a clock, a counter."""
_STILL = 0.03
"""Part of the range of values by which lossy compression lets still pixels differ."""
_GAP = 9
"""Pixels: changes as near as this belong to one region."""


def movie(dataset: Dataset, shown: Shown) -> tuple[Box, ...]:
    """What is to be covered in every frame: wherever a word that goes stands in any of them.

    Parameters
    ----------
    dataset
        A multi-frame instance; its frames are decoded twice and never held all at once.
    shown
        Reads the pictures.
    """
    first, low, high = _extremes(dataset)
    boxes = list(shown.frame(first, dataset))
    regions = changing(low, high)
    large = [box for box in regions if _area(box) > _SMALL * low.shape[0] * low.shape[1]]
    brightest: Stored | None = None
    for number, values in enumerate(frames(dataset)):
        for box in regions:
            if box not in large and number and not any(within(box, known) for known in boxes):
                boxes += _moved(shown.frame(_cut(values, box), dataset), box)
        if large:
            brightest = values if brightest is None else np.maximum(brightest, values)
            if number % _CHUNK == _CHUNK - 1:
                boxes += _unknown(brightest, dataset, large, boxes, shown)
                brightest = None
    if brightest is not None:
        boxes += _unknown(brightest, dataset, large, boxes, shown)
    return joined(boxes)


def _unknown(values: Stored, dataset: Dataset, large: list[Box], known: list[Box], shown: Shown) -> list[Box]:
    """The boxes in the large changing regions that no known box holds."""
    found: list[Box] = []
    for box in large:
        found += _moved(shown.frame(_cut(values, box), dataset), box)
    return [box for box in found if not any(within(box, other) for other in known)]


def changing(low: Stored, high: Stored) -> list[Box]:
    """The regions in which the frames differ, from the smallest and largest value of each pixel."""
    span = high.astype(np.float32) - low.astype(np.float32)
    moved = span if span.ndim == 2 else span.max(axis=2)
    limit = _STILL * (float(high.max()) - float(low.min()))
    changes: NDArray[np.uint8] = (moved > limit).astype(np.uint8)
    near = cv2.dilate(changes, np.ones((_GAP, 2 * _GAP), np.uint8))
    _, _, measures, _ = cv2.connectedComponentsWithStats(near)
    found = [(int(x), int(y), int(x + width), int(y + height)) for x, y, width, height, _ in measures[1:]]
    return list(joined(found))


def _extremes(dataset: Dataset) -> tuple[Stored, Stored, Stored]:
    """The first frame, and each pixel's smallest and largest value over all."""
    run = frames(dataset)
    first = next(run)
    low, high = first.copy(), first.copy()
    for values in run:
        np.minimum(low, values, out=low)
        np.maximum(high, values, out=high)
    return first, low, high


def _cut(values: Stored, box: Box) -> Stored:
    return values[box[1] : box[3], box[0] : box[2]]


def _moved(boxes: tuple[Box, ...], by: Box) -> list[Box]:
    left, top = by[:2]
    return [(box[0] + left, box[1] + top, box[2] + left, box[3] + top) for box in boxes]


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
