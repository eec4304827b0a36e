"""Closed contours around masks."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.sample.grid import Grid

_EVERY = 3


def outline(mask: NDArray[np.bool_], grid: Grid, slice_index: int) -> list[float]:
    """The outer contour of the largest part of a mask in one slice.

    Parameters
    ----------
    mask
        Shape (rows, columns).
    grid
        Where the slice lies.
    slice_index
        Which slice of the grid it is.

    Returns
    -------
    list of float
        Contour Data: x, y, z of each point in turn, LPS millimetres; empty when the mask is.
    """
    labels, count = ndimage.label(mask)
    if not count:
        return []
    largest = labels == 1 + np.bincount(labels.ravel())[1:].argmax()
    corners = _walk(ndimage.binary_fill_holes(np.pad(largest, 1)))
    smooth = (corners + np.roll(corners, 1, axis=0) + np.roll(corners, -1, axis=0)) / 3
    points = smooth[::_EVERY] - 1.5
    index = np.column_stack([np.full(len(points), slice_index), points, np.ones(len(points))])
    return [float(x) for x in np.round((index @ grid.affine.T)[:, :3], 2).ravel()]


def _walk(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Pixel corners (row, column) along the mask's edge, clockwise, starting at its first pixel."""
    row, column = (int(x) for x in np.argwhere(mask)[0])
    start, here, step = (row, column), (row, column), (0, 1)
    corners: list[tuple[int, int]] = []
    while not corners or here != start:
        corners.append(here)
        here = (here[0] + step[0], here[1] + step[1])
        left, right = _ahead(mask, here, step)
        if left:
            step = (-step[1], step[0])
        elif not right:
            step = (step[1], -step[0])
    return np.array(corners, dtype=np.float64)


def _ahead(mask: NDArray[np.bool_], corner: tuple[int, int], step: tuple[int, int]) -> tuple[bool, bool]:
    """Whether the pixels ahead of a corner, to the left and right of the direction, are inside."""
    down, along = step
    row = corner[0] + (down - 1) // 2 if down else corner[0]
    column = corner[1] + (along - 1) // 2 if along else corner[1]
    if along:
        above, below = bool(mask[row - 1, column]), bool(mask[row, column])
        return (above, below) if along > 0 else (below, above)
    before, behind = bool(mask[row, column - 1]), bool(mask[row, column])
    return (behind, before) if down > 0 else (before, behind)
