"""The same text is found once, although several looks at a picture find it."""

from collections.abc import Iterable

import numpy as np

from cleanroom.reading.engine import Found
from cleanroom.reading.word import Box

_WITHIN = 0.8
_MUCH_TALLER = 2.5


def distinct(found: Iterable[Found]) -> list[Found]:
    """What was found, without what lies within something larger."""
    kept: list[tuple[Found, Box]] = []
    ordered = sorted(found, key=lambda one: (-_area(_box(one)), tuple(one.corners.ravel())))
    for one in ordered:
        box = _box(one)
        if not any(
            covers(other, box) and short_side(larger) < _MUCH_TALLER * short_side(one)
            for larger, other in kept
        ):
            kept.append((one, box))
    return [one for one, box in sorted(kept, key=lambda pair: (pair[1][1], pair[1][0]))]


def covers(box: Box, other: Box) -> bool:
    """Whether nearly all of the other box lies within a box."""
    left, top = max(box[0], other[0]), max(box[1], other[1])
    right, bottom = max(min(box[2], other[2]), left), max(min(box[3], other[3]), top)
    return _area((left, top, right, bottom)) > _WITHIN * _area(other)


def short_side(one: Found) -> float:
    """The height of a line of text, whichever way it runs."""
    first, second, third, _ = one.corners
    return float(min(np.linalg.norm(second - first), np.linalg.norm(third - second)))


def _box(one: Found) -> Box:
    (left, top), (right, bottom) = one.corners.min(axis=0), one.corners.max(axis=0)
    return int(left), int(top), int(right), int(bottom)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
