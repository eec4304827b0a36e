"""Which voxel of dcm2niix's volumes each stored pixel went to: proved by the values themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import nibabel
import numpy as np
from nibabel.arrayproxy import ArrayProxy
from numpy.typing import NDArray

from cleanroom.encode.frames import Frame
from cleanroom.errors import SetAside
from cleanroom.records import Volume

_OFF_GRID = 0.02
"""Voxels: DICOM writes positions with few digits."""


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


Lattice = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
"""Voxel indices i, j, k, each (rows, columns)."""


def lattice(frame: Frame, rows: int, columns: int, affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Voxel coordinates of every pixel of a frame, (3, rows, columns), in the grid of ``affine``."""
    to_voxel = np.linalg.inv(affine) @ frame.affine
    row, column = np.mgrid[0:rows, 0:columns].astype(float)
    steps = to_voxel[:3, 0, None, None] * column + to_voxel[:3, 1, None, None] * row
    return cast("NDArray[np.float64]", steps + to_voxel[:3, 2, None, None])


def on_grid(frame: Frame, rows: int, columns: int, image: Image) -> Lattice | None:
    """The voxels of a frame when every one of its pixels lies on a voxel of the volume."""
    corner = lattice(frame, rows, columns, image.affine)
    nearest = np.rint(corner).astype(np.intp)
    shape = np.array(image.values.shape[:3])[:, None, None]
    if np.abs(corner - nearest).max() > _OFF_GRID or (nearest < 0).any() or (nearest >= shape).any():
        return None
    return nearest[0], nearest[1], nearest[2]


def upright(frame: Frame, pixels: NDArray[np.generic], image: Image) -> NDArray[np.generic]:
    """The pixels of a frame, (rows, columns), as dcm2niix stores a slice that it did not resample: (i, j)."""
    turned = pixels.swapaxes(0, 1)
    if frame.affine[:3, 0] @ image.affine[:3, 0] < 0:
        turned = turned[::-1]
    if frame.affine[:3, 1] @ image.affine[:3, 1] < 0:
        turned = turned[:, ::-1]
    return turned


def same_values(frame: Frame, pixels: NDArray[np.generic], image: Image, voxels: Lattice) -> bool:
    """Whether some time point of the volume holds exactly these pixels at these voxels.

    Stored values where dcm2niix keeps them; real units within half a step where it merges slopes.
    """
    for there in _times(image, voxels):
        if there.shape != pixels.shape:
            return False
        if np.array_equal(there, pixels):
            return True
        if frame.slope != image.slope or frame.intercept != image.intercept:
            here = pixels.astype(float) * frame.slope + frame.intercept
            step = max(abs(frame.slope), abs(image.slope)) * 0.51
            if np.abs(there.astype(float) * image.slope + image.intercept - here).max() <= step:
                return True
    return False


def _times(image: Image, voxels: Lattice) -> Iterator[NDArray[np.generic]]:
    for time in range(image.values.shape[3]):
        yield image.values[(*voxels, np.full_like(voxels[0], time))]


def covered(
    frame: Frame, rows: int, columns: int, mask: NDArray[np.uint8], affine: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which pixels of a frame lie in a mask, by scanner coordinates: nearest voxel, (rows, columns).

    Raises
    ------
    SetAside
        When a part of the frame lies more than a voxel outside the mask's grid.
    """
    voxel = np.rint(lattice(frame, rows, columns, affine)).astype(np.intp)
    limits = np.array(mask.shape)[:, None, None] - 1
    inside = np.clip(voxel, 0, limits)
    if np.abs(voxel - inside).max() > 1:
        raise SetAside("a slice lies outside the volume that was de-faced")
    return cast("NDArray[np.bool_]", mask[tuple(inside)] > 0)
