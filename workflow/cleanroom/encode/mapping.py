"""Which voxel of dcm2niix's volumes each stored pixel went to: proved by the values themselves."""

from dataclasses import dataclass, field
from mmap import ACCESS_READ, MADV_DONTNEED, mmap
from pathlib import Path
from typing import Any, TypeVar, cast

import nibabel
import numpy as np
from nibabel.arrayproxy import ArrayProxy
from numpy.typing import NDArray

from cleanroom.encode.frames import Frame
from cleanroom.errors import SetAside
from cleanroom.records import Volume

_OFF_GRID = 0.3
"""Voxels: DICOM writes positions with few digits. That a pixel belongs to a voxel is proved by its value."""


_PAGES = 1 << 28
"""Bytes of a volume that are kept in memory at most."""
T = TypeVar("T", bound=np.generic)


@dataclass
class Image:
    """A NIfTI volume with its stored values: (i, j, k, t), RGB as a last axis of three.

    The values stay on disk; ``looked`` lets go of what was read of them.
    """

    volume: Volume
    values: NDArray[Any]
    slope: float
    intercept: float
    pages: mmap | None = None
    _seen: int = 0
    _found: dict["Slab", int] = field(default_factory=dict)

    @property
    def affine(self) -> NDArray[np.float64]:
        """Voxel to RAS millimetres, 4x4."""
        return np.array(self.volume.affine)

    def looked(self, where: "Slab") -> None:
        """A slice was looked at: after some of them the memory that the file took is given back."""
        plane = self.values[..., 0, 0] if where.axis == 2 else self.values[..., 0]
        self._seen += plane.nbytes
        if self.pages is not None and self._seen > _PAGES:
            self.pages.madvise(MADV_DONTNEED)
            self._seen = 0

    def time_of(self, frame: Frame, pixels: NDArray[np.generic], where: "Slab") -> int | None:
        """The time point of the volume that holds exactly these pixels in this slice; None when none does.

        Stored values where dcm2niix keeps them; real units within half a step where it merges slopes. Of
        several the one that follows the last found in this slice.
        """
        times = int(self.values.shape[3])
        first = self._found.get(where, -1) + 1
        for step in range(times):
            time = (first + step) % times
            if self._holds(frame, pixels, where.of(self.values[:, :, :, time])):
                self._found[where] = time
                self.looked(where)
                return time
        return None

    def _holds(self, frame: Frame, pixels: NDArray[np.generic], there: NDArray[Any]) -> bool:
        if there.shape != pixels.shape:
            return False
        if np.array_equal(there, pixels, equal_nan=pixels.dtype.kind == "f"):
            return True
        if frame.slope == self.slope and frame.intercept == self.intercept:
            return False
        here = pixels.astype(float) * frame.slope + frame.intercept
        step = max(abs(frame.slope), abs(self.slope)) * 0.51
        return bool(np.abs(there.astype(float) * self.slope + self.intercept - here).max() <= step)


def load(work: Path, volume: Volume) -> Image:
    """The values of a volume without its scale; a 4D one keeps its time axis."""
    image = nibabel.Nifti1Image.from_filename(work / volume.file)
    proxy = cast(ArrayProxy, image.dataobj)
    slope, intercept = float(proxy.slope), float(proxy.inter)
    path, pages = work / volume.file, None
    if path.suffix == ".nii":
        with path.open("rb") as file:
            pages = mmap(file.fileno(), 0, access=ACCESS_READ)
        shape = cast("tuple[int, ...]", proxy.shape)
        flat = np.frombuffer(pages, proxy.dtype, int(np.prod(shape)), proxy.offset)
        values = flat.reshape(shape, order="F")
    else:
        values = np.asanyarray(proxy.get_unscaled())
    if values.dtype.names:
        width = len(values.dtype.names)
        colours = np.stack([values[name] for name in values.dtype.names], axis=-1)
        values = colours.reshape(*values.shape[:3], -1, width)
    else:
        values = values.reshape(*values.shape[:3], -1, order="F")
    return Image(volume, values, slope, intercept, pages)


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
