"""Where the head is in a volume, before anything is registered."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.isotropic import Isotropic
from cleanroom.skin import threshold

HEAD_MM = 170.0
"""From the vertex down: the part of the body whose centre is taken for the centre of the head."""
BOX_BELOW = np.array([110.0, 140.0, 140.0])
BOX_ABOVE = np.array([110.0, 140.0, 130.0])
"""Around that centre, to the left, back and feet, and to the right, front and top, in millimetres."""
TABLE_MM = 8.0
"""Thinner things (table, head holder, cushions) are not body."""


def head_centre(volume: Isotropic) -> NDArray[np.float64]:
    """The centre of the uppermost part of the body, RAS millimetres.

    Parameters
    ----------
    volume
        Isotropic RAS copy, any field of view.
    """
    thick = _thick(volume)
    top = np.flatnonzero(thick.any(axis=(0, 1)))
    if top.size == 0:
        return volume.points(np.array([(n - 1) / 2 for n in volume.data.shape]))
    thick[:, :, : max(0, top[-1] - round(HEAD_MM / volume.mm))] = False
    return volume.points(np.array(ndimage.center_of_mass(thick)))


def _thick(volume: Isotropic) -> NDArray[np.bool_]:
    """The largest piece of what is nowhere thinner than a table; cavities count as body."""
    coarse = volume.data[::2, ::2, ::2]
    tissue = ndimage.gaussian_filter(coarse, 0.7) > threshold(volume.data)
    depth = max(1, round(TABLE_MM / (2 * volume.mm)))
    labels, count = ndimage.label(ndimage.binary_erosion(tissue, iterations=depth))
    if count == 0:
        return np.zeros(volume.data.shape, bool)
    largest = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    fine = np.repeat(np.repeat(np.repeat(largest, 2, 0), 2, 1), 2, 2)
    return np.asarray(fine[tuple(map(slice, volume.data.shape))])


def around_head(volume: Isotropic) -> Isotropic:
    """The part of the volume that can hold the head: what a table or shoulders add is cut off."""
    centre = np.round((head_centre(volume) - volume.origin) / volume.mm).astype(int)
    low = np.maximum(0, centre - np.round(BOX_BELOW / volume.mm).astype(int))
    high = centre + np.round(BOX_ABOVE / volume.mm).astype(int)
    part = volume.data[tuple(slice(a, max(a + 1, b)) for a, b in zip(low, high, strict=True))]
    return Isotropic(np.ascontiguousarray(part), volume.points(low.astype(float)), volume.mm)
