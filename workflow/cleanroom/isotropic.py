"""A volume on an axis-aligned isotropic RAS grid: small, and the same for every way of storing it."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Affine = NDArray[np.float64]
"""4x4, voxel index to millimetres."""
MOST_VOXELS = 1 << 28
"""Of a copy: a gigabyte. A whole body in voxels of 2 mm has a quarter of them."""


@dataclass(frozen=True)
class Isotropic:
    """A volume whose axes run to the right, to the front and to the head (RAS).

    Attributes
    ----------
    data
        float32, axes (right, anterior, superior).
    origin
        RAS millimetres of voxel (0, 0, 0).
    mm
        Edge of a voxel in millimetres.
    seen
        Where the copy shows the volume; False in the padding around an oblique one.
    """

    data: NDArray[np.float32]
    origin: NDArray[np.float64]
    mm: float
    seen: NDArray[np.bool_]

    @property
    def affine(self) -> Affine:
        """Voxel index to RAS millimetres."""
        affine = np.diag([self.mm, self.mm, self.mm, 1.0])
        affine[:3, 3] = self.origin
        return affine

    def holding(self, data: NDArray[np.float32]) -> "Isotropic":
        """Other values on the same grid."""
        return Isotropic(data, self.origin, self.mm, self.seen)

    def points(self, indices: NDArray[np.float64]) -> NDArray[np.float64]:
        """RAS millimetres of voxel indices, shape (n, 3)."""
        return indices * self.mm + self.origin


def moved(points: NDArray[np.float64], matrix: Affine) -> NDArray[np.float64]:
    """Points, (n, 3) millimetres, taken through a map: the same bits on any number of cores."""
    return np.asarray(np.einsum("ij,nj->ni", matrix[:3, :3], points) + matrix[:3, 3])


def isotropic(data: NDArray[np.float32], affine: Affine, mm: float = 2.0) -> Isotropic:
    """Resample a volume; outside its field of view the copy holds its minimum, and 0 where it is no number.

    Parameters
    ----------
    data
        Shape (i, j, k), any orientation and voxel size.
    affine
        Voxel index to RAS millimetres.
    mm
        Edge of the new voxels in millimetres.

    Raises
    ------
    ValueError
        When the affine has no volume, or one that no patient fills.
    """
    if not (np.isfinite(affine).all() and affine[:3, :3].any(axis=0).all()):
        raise ValueError("the affine has no volume")
    finite = data if np.isfinite(data).all() else np.nan_to_num(data, posinf=0.0, neginf=0.0)
    small, to_ras = _averaged(finite, affine, mm)
    if abs(np.linalg.det(to_ras[:3, :3])) < 1e-6:
        raise ValueError("the affine has no volume")
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in small.shape], indexing="ij")).reshape(3, -1)
    placed = to_ras[:3, :3] @ corners + to_ras[:3, 3:]
    origin = placed.min(axis=1) + mm / 2
    lengths = np.maximum(1, np.round(np.ptp(placed, axis=1) / mm))
    if np.prod(lengths) > MOST_VOXELS:
        raise ValueError("the volume is larger than any patient")
    shape = lengths.astype(int)
    grid = np.diag([mm, mm, mm, 1.0])
    grid[:3, 3] = origin
    matrix = np.asarray(np.linalg.inv(to_ras) @ grid, np.float64)
    resampled = scipy.ndimage.affine_transform(
        small, matrix[:3, :3], matrix[:3, 3], tuple(shape), order=1, mode="constant", cval=float(small.min())
    )
    return Isotropic(resampled, origin, mm, _seen(matrix, resampled.shape, small.shape))


def _seen(matrix: Affine, grid: tuple[int, ...], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    inside = np.ones(grid, bool)
    i, j, k = np.ogrid[tuple(map(slice, grid))]
    for row, length in zip(matrix[:3], shape, strict=True):
        index = row[0] * i + row[1] * j + row[2] * k + row[3]
        inside &= (index > -0.5) & (index < length - 0.5)
    return inside


def _averaged(data: NDArray[np.float32], affine: Affine, mm: float) -> tuple[NDArray[np.float32], Affine]:
    """Mean of whole blocks of voxels, so that no detail finer than the new grid aliases into it."""
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    blocks = [max(1, min(int(mm / size + 0.25), n)) for size, n in zip(sizes, data.shape, strict=True)]
    small = data
    for axis, block in enumerate(blocks):
        if block > 1:
            whole = small.shape[axis] // block * block
            small = np.take(small, range(whole), axis=axis) if whole < small.shape[axis] else small
            shape = (*small.shape[:axis], whole // block, block, *small.shape[axis + 1 :])
            small = small.reshape(shape).mean(axis=axis + 1, dtype=np.float32)
    shift = np.eye(4)
    shift[:3, :3] = np.diag(blocks)
    shift[:3, 3] = (np.array(blocks) - 1) / 2
    return np.ascontiguousarray(small), affine @ shift
