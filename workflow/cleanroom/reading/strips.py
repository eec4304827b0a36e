"""Lines of text cut out of a picture, turned so that they may be read."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from cleanroom.reading.word import Picture

_MARGIN = 1


def strip(picture: Picture, corners: NDArray[np.int32]) -> Picture:
    """A quadrangle (4 corners: column, row) of a picture as an upright rectangle (rows, columns, 3)."""
    points = corners.astype(np.float32)
    sides = [float(np.linalg.norm(second - first)) for first, second in pairwise([*points, points[0]])]
    columns, rows = (max(round(max(pair)), 1) for pair in ((sides[0], sides[2]), (sides[1], sides[3])))
    if len(set(points[:, 0])) <= 2 and len(set(points[:, 1])) <= 2:
        left, top, right, bottom = bounds(corners, picture.shape[:2], _MARGIN)
        return np.ascontiguousarray(picture[top:bottom, left:right])
    target = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    matrix = cv2.getPerspectiveTransform(points, target)
    warped = cv2.warpPerspective(
        picture, matrix, (columns, rows), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return warped.astype(np.uint8)


def bounds(corners: NDArray[np.int32], shape: tuple[int, ...], margin: int = 0) -> tuple[int, int, int, int]:
    """The upright box around some corners: left, top, right, bottom, within (rows, columns)."""
    left, top = (int(value) for value in corners.min(axis=0))
    right, bottom = (int(value) for value in corners.max(axis=0))
    return (
        max(left - margin, 0),
        max(top - margin, 0),
        min(right + 1 + margin, shape[1]),
        min(bottom + 1 + margin, shape[0]),
    )


def turned(upright: Picture, quarters: int) -> Picture:
    """The strip turned by quarters of a circle."""
    return np.ascontiguousarray(np.rot90(upright, quarters))


def strokes(upright: Picture) -> int:
    """How often the line along the longer middle of a strip goes from ground to stroke."""
    grey = upright.max(axis=2)
    if grey.shape[0] > grey.shape[1]:
        grey = grey.T
    _, parted = cv2.threshold(np.ascontiguousarray(grey), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    third = max(parted.shape[0] // 3, 1)
    lines = parted[third : max(2 * third, third + 1)].astype(np.int8)
    return int(np.median((np.diff(lines, axis=1) > 0).sum(axis=1)))
