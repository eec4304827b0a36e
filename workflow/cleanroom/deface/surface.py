"""The skin of a head as points and as a distance field, whichever way the head lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.isotropic import Isotropic
from cleanroom.skin import body

Points = NDArray[np.float64]
"""(n, 3), RAS millimetres."""

OPENING = 2
"""Erosions of the air, a voxel each: nostrils, mouth and ear canals close."""
LEAST_AIR = 0.05
"""A piece of air smaller than this part of all air is a cavity."""
CUT_VOXELS = 3
"""So near to the border of the field of view a surface may be a cut, not skin."""


@dataclass(frozen=True)
class Surface:
    """Where the skin is.

    Attributes
    ----------
    points
        Voxels of the skin, RAS millimetres.
    distance
        Signed distance to the skin, negative inside, millimetres.
    slope
        Gradient of the distance, shape (i, j, k, 3).
    """

    points: Points
    distance: Isotropic
    slope: NDArray[np.float32]

    def to_skin(self, points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Signed distance of points to the skin, its gradient, and which points lie in the field of view."""
        grid = self.distance
        place = (points - grid.origin) / grid.mm
        voxel = np.rint(place).astype(np.intp)
        within = np.all((voxel >= 0) & (voxel < grid.data.shape), axis=1)
        at = tuple(np.where(within[:, None], voxel, 0).T)
        within &= grid.seen[at]
        slope = self.slope[at].astype(np.float64)
        away = grid.data[at] + ((place - voxel) * slope).sum(axis=1) * grid.mm
        return away, slope, within


def surface(volume: Isotropic) -> Surface:
    """The skin of what lies in a volume: where tissue meets the air around it.

    Parameters
    ----------
    volume
        Isotropic RAS copy; where the field of view cuts the body is no skin.
    """
    tissue = body(volume.data)
    air = _outer_air(tissue)
    skin = ~air & ndimage.binary_dilation(air & volume.seen)
    skin &= ndimage.binary_erosion(volume.seen, iterations=CUT_VOXELS)
    away = ndimage.distance_transform_edt(~skin) * volume.mm
    signed = volume.holding(np.where(air, away, -away).astype(np.float32))
    smooth = ndimage.gaussian_filter(signed.data, 1.0)
    slope = np.stack(np.gradient(smooth, volume.mm), axis=-1).astype(np.float32)
    return Surface(volume.points(np.argwhere(skin).astype(np.float64)), signed, slope)


def _outer_air(tissue: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All air but cavities; what the volume does not show counts as air."""
    core = ndimage.binary_erosion(~tissue, iterations=OPENING, border_value=1)
    labels, _ = ndimage.label(core)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    large = np.flatnonzero(sizes > LEAST_AIR * sizes.sum())
    return np.asarray(ndimage.binary_dilation(np.isin(labels, large), iterations=OPENING + 1) & ~tissue)
