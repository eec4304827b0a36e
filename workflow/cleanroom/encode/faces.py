"""The face that was removed, asked for points in the scanner (LPS millimetres, as contours are written)."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.encode.frames import LPS_TO_RAS

if TYPE_CHECKING:
    from cleanroom.isotropic import Isotropic

Points = NDArray[np.float64]
"""(n, 3), LPS millimetres."""
Flags = NDArray[np.bool_]

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
        _, to_voxel = self._grid
        low, high = self._box
        reach = mm * np.linalg.norm(to_voxel[:3, :3], axis=1) + 1
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
    def _box(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The lowest and the highest voxel of the mask; nothing lies between them when it is empty."""
        mask, _ = self._grid
        if not mask.any():
            return np.full(3, np.inf), np.full(3, -np.inf)
        along = [np.flatnonzero(mask.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
        return np.array([row[0] for row in along], float), np.array([row[-1] for row in along], float)

    @cached_property
    def _surface(self) -> "Isotropic":
        """Distance from the surface between body and outside air near the mask."""
        from cleanroom.encode.surface import surface  # noqa: PLC0415 - heavy, and few studies have outlines

        return surface(self._grid[0], self.volume)
