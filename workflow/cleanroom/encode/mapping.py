"""Which voxel of dcm2niix's volumes each stored pixel went to: proved by the values themselves."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import nibabel
import numpy as np
from nibabel.arrayproxy import ArrayProxy
from numpy.typing import NDArray

from cleanroom.encode.frames import Frame
from cleanroom.errors import SetAside
from cleanroom.records import Volume

_OFF_GRID = 0.3
"""Voxels: DICOM writes positions with few digits. That a pixel belongs to a voxel is proved by its value."""


T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Image:
    """A NIfTI volume with its stored values: (i, j, k[, t]), RGB as a last axis of three."""

    volume: Volume
    values: NDArray[np.generic]
    slope: float
    intercept: float

    @property
    def affine(self) -> NDArray[np.float64]:
        """Voxel to RAS millimetres, 4x4."""
        return np.array(self.volume.affine)


def load(work: Path, volume: Volume) -> Image:
    """Read the values of a volume without applying its scale; a 4D one keeps its time axis."""
    image = nibabel.Nifti1Image.from_filename(work / volume.file, mmap=False)
    values = np.asanyarray(cast(ArrayProxy, image.dataobj).get_unscaled())
    if values.dtype.names:
        values = np.stack([values[name] for name in values.dtype.names], axis=-1)[:, :, :, np.newaxis]
    elif values.ndim == 3:
        values = values[..., np.newaxis]
    slope, intercept = cast(ArrayProxy, image.dataobj).slope, cast(ArrayProxy, image.dataobj).inter
    return Image(volume, values, float(slope), float(intercept))


def lattice(frame: Frame, rows: int, columns: int, affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Voxel coordinates of every pixel of a frame, (3, rows, columns), in the grid of ``affine``."""
    to_voxel = np.linalg.inv(affine) @ frame.affine
    row, column = np.mgrid[0:rows, 0:columns].astype(float)
    steps = to_voxel[:3, 0, None, None] * column + to_voxel[:3, 1, None, None] * row
    return cast("NDArray[np.float64]", steps + to_voxel[:3, 2, None, None])


@dataclass(frozen=True)
class Slab:
    """A slice of a volume seen as a frame: a fixed index of one axis, the two others turned and mirrored."""

    axis: int
    index: int
    mirrored: tuple[bool, bool]
    swapped: bool

    def of(self, values: NDArray[T]) -> NDArray[T]:
        """The slice of (i, j, k, ...) values as (rows, columns, ...): a view."""
        plane = np.moveaxis(values, self.axis, 0)[self.index]
        plane = plane.swapaxes(0, 1) if self.swapped else plane
        rows, columns = (slice(None, None, -1 if mirror else 1) for mirror in self.mirrored)
        return cast("NDArray[T]", plane[rows, columns])


def slab(frame: Frame, rows: int, columns: int, image: Image) -> Slab | None:
    """The slice of the volume on whose voxels the pixels of the frame lie; None when they do not."""
    to_voxel = (np.linalg.inv(image.affine) @ frame.affine)[:3]
    step = np.rint(to_voxel).astype(int)
    corners = np.array([[0, columns - 1, 0, columns - 1], [0, 0, rows - 1, rows - 1], [1, 1, 1, 1]])
    if np.abs((to_voxel - step) @ corners).max() > _OFF_GRID or (np.abs(step[:, :2]).sum(axis=0) != 1).any():
        return None
    along_columns, along_rows = (int(np.flatnonzero(step[:, n])[0]) for n in (0, 1))
    if along_columns == along_rows:
        return None
    axis = 3 - along_columns - along_rows
    reach = step @ corners
    shape = np.array(image.values.shape[:3])
    if (reach.min(axis=1) != np.where(np.arange(3) == axis, step[:, 2], 0)).any():
        return None
    if (np.delete(reach.max(axis=1) + 1 != shape, axis)).any() or not 0 <= step[axis, 2] < shape[axis]:
        return None
    mirrored = (bool(step[along_rows, 1] < 0), bool(step[along_columns, 0] < 0))
    return Slab(axis, int(step[axis, 2]), mirrored, swapped=along_rows > along_columns)


def upright(frame: Frame, pixels: NDArray[np.generic], image: Image) -> NDArray[np.generic]:
    """The pixels of a frame, (rows, columns), as dcm2niix stores a slice that it did not resample: (i, j)."""
    turned = pixels.swapaxes(0, 1)
    if frame.affine[:3, 0] @ image.affine[:3, 0] < 0:
        turned = turned[::-1]
    if frame.affine[:3, 1] @ image.affine[:3, 1] < 0:
        turned = turned[:, ::-1]
    return turned


def time_of(frame: Frame, pixels: NDArray[np.generic], image: Image, where: Slab) -> int | None:
    """The first time point of the volume that holds exactly these pixels in this slice; None when none does.

    Stored values where dcm2niix keeps them; real units within half a step where it merges slopes.
    """
    for time in range(image.values.shape[3]):
        there = where.of(image.values[:, :, :, time])
        if there.shape != pixels.shape:
            return None
        if np.array_equal(there, pixels):
            return time
        if frame.slope != image.slope or frame.intercept != image.intercept:
            here = pixels.astype(float) * frame.slope + frame.intercept
            step = max(abs(frame.slope), abs(image.slope)) * 0.51
            if np.abs(there.astype(float) * image.slope + image.intercept - here).max() <= step:
                return time
    return None


def nearest(frame: Frame, rows: int, columns: int, image: Image) -> tuple[NDArray[np.intp], ...]:
    """The voxel of a volume nearest to each pixel of a frame, by scanner coordinates: three (rows, columns).

    Raises
    ------
    SetAside
        When a part of the frame lies more than a voxel outside the volume's grid.
    """
    voxel = np.rint(lattice(frame, rows, columns, image.affine)).astype(np.intp)
    limits = np.array(image.values.shape[:3])[:, None, None] - 1
    inside = np.clip(voxel, 0, limits)
    if np.abs(voxel - inside).max() > 1:
        raise SetAside("a slice lies outside the volume that was de-faced")
    return tuple(inside)
