"""The face that was removed, asked for points in the scanner (LPS millimetres, as contours are written)."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom import skin
from cleanroom.deface.volumes import read
from cleanroom.encode.frames import LPS_TO_RAS
from cleanroom.isotropic import Isotropic, isotropic

Points = NDArray[np.float64]
"""(n, 3), LPS millimetres."""
Flags = NDArray[np.bool_]

_GRID_MM = 2.0
_CROP_MM = 16.0
_OPENING = 2
"""Erosions of the air, a voxel each: nostrils and the lips close, so that the airway is not outside."""
_DIRECTIONS = np.array([step for step in product((-1.0, 0.0, 1.0), repeat=3) if any(step)])


@dataclass(frozen=True)
class Face:
    """A mask, and the volume in whose grid it is.

    Parameters
    ----------
    mask, volume
        NIfTI files of one grid, RAS millimetres.
    """

    mask: Path
    volume: Path

    def inside(self, points: Points, widened_mm: float = 0.0) -> Flags:
        """Which points lie in the mask, or nearer to it than ``widened_mm``; nearest voxel."""
        found = self._holds(points)
        if widened_mm:
            unit = _DIRECTIONS / np.linalg.norm(_DIRECTIONS, axis=1, keepdims=True)
            near = np.flatnonzero(~found & self._around(points, widened_mm))
            for step in np.concatenate([unit, unit / 2]) * widened_mm:
                found[near] |= self._holds(points[near] + step)
        return found

    def from_skin(self, points: Points) -> NDArray[np.float64]:
        """Millimetres from the outer surface of the patient near the mask; infinite far from it."""
        field = self._surface
        ras = points @ LPS_TO_RAS[:3, :3].T
        voxel = np.rint((ras - field.origin) / field.mm).astype(np.intp)
        within = ((voxel >= 0) & (voxel < field.data.shape)).all(axis=1)
        far = np.full(len(points), np.inf)
        far[within] = field.data[tuple(voxel[within].T)]
        return far

    def _around(self, points: Points, mm: float) -> Flags:
        """Which points lie in the mask's bounding box, or so near to it."""
        mask, to_voxel = self._grid
        if not mask.any():
            return np.zeros(len(points), bool)
        reach = mm * np.linalg.norm(to_voxel[:3, :3], axis=1) + 1
        low, high = (edge(np.argwhere(mask), axis=0) for edge in (np.min, np.max))
        voxel = points @ to_voxel[:3, :3].T + to_voxel[:3, 3]
        return np.asarray(((voxel >= low - reach) & (voxel <= high + reach)).all(axis=1))

    def _holds(self, points: Points) -> Flags:
        mask, to_voxel = self._grid
        voxel = np.rint(points @ to_voxel[:3, :3].T + to_voxel[:3, 3]).astype(np.intp)
        within = ((voxel >= 0) & (voxel < mask.shape)).all(axis=1)
        found = np.zeros(len(points), bool)
        found[within] = mask[tuple(voxel[within].T)]
        return found

    @cached_property
    def _grid(self) -> tuple[Flags, NDArray[np.float64]]:
        image = nibabel.Nifti1Image.from_filename(self.mask)
        return np.asarray(image.dataobj) > 0, np.linalg.inv(image.affine) @ LPS_TO_RAS

    @cached_property
    def _surface(self) -> Isotropic:
        """Distance from the surface between body and outside air, cropped to the mask's surroundings."""
        data, affine = read(self.volume)
        mask = self._grid[0]
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
        return Isotropic(
            (away * whole.mm).astype(np.float32), whole.origin + low * whole.mm, whole.mm, outside
        )


def _outer_air(body: Flags) -> Flags:
    """The air around a patient, two voxels away from everything; not the airway, though both may be cut."""
    sides = ((1, 1), (1, 1), (0, 0))
    air = ndimage.binary_erosion(~body, iterations=_OPENING, border_value=1)
    labels, _ = ndimage.label(np.pad(air, sides, constant_values=True))
    return np.asarray((labels == labels[0, 0, 0])[1:-1, 1:-1])
