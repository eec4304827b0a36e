"""The surface between a patient's body and the air outside, near a mask."""

from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom import skin
from cleanroom.deface.volumes import read
from cleanroom.isotropic import Isotropic, isotropic

Flags = NDArray[np.bool_]

_GRID_MM = 2.0
_CROP_MM = 16.0
_OPENING = 2
"""Erosions of the air, a voxel each: nostrils and the lips close, so that the airway is not outside."""


def surface(mask: Flags, volume: Path) -> Isotropic:
    """Distance from the surface in millimetres, RAS, cropped to the mask's surroundings.

    Parameters
    ----------
    mask
        (i, j, k), in the grid of the volume.
    volume
        A NIfTI file.
    """
    data, affine = read(volume)
    nothing = np.zeros((0, 0, 0), bool)
    if data is None or not mask.any():
        return Isotropic(nothing.astype(np.float32), np.zeros(3), _GRID_MM, nothing)
    whole = isotropic(data, affine, _GRID_MM)
    corners = np.array([np.argwhere(mask).min(axis=0), np.argwhere(mask).max(axis=0)])
    box = np.array(list(product(*corners.T))) @ affine[:3, :3].T + affine[:3, 3]
    low = np.maximum(((box.min(axis=0) - whole.origin - _CROP_MM) / whole.mm).astype(int), 0)
    high = np.maximum(((box.max(axis=0) - whole.origin + _CROP_MM) / whole.mm).astype(int) + 1, low + 1)
    part = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    body = skin.body(whole.data)
    core = _outer_air(body)[part]
    if not core.any():
        return Isotropic(nothing.astype(np.float32), np.zeros(3), _GRID_MM, nothing)
    outside = (ndimage.distance_transform_edt(~core) <= _OPENING + 0.5) & ~body[part]
    away = ndimage.distance_transform_edt(~outside) + ndimage.distance_transform_edt(outside) - 0.5
    return Isotropic((away * whole.mm).astype(np.float32), whole.origin + low * whole.mm, whole.mm, outside)


def _outer_air(body: Flags) -> Flags:
    """The air around a patient, two voxels away from everything; not the airway, though both may be cut."""
    sides = ((1, 1), (1, 1), (0, 0))
    air = ndimage.binary_erosion(~body, iterations=_OPENING, border_value=1)
    labels, _ = ndimage.label(np.pad(air, sides, constant_values=True))
    return np.asarray((labels == labels[0, 0, 0])[1:-1, 1:-1])
