"""Which pixels of a frame a face mask covers: the gate's own way back from volume to DICOM."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.errors import SetAside
from cleanroom.records import SeriesFace, Volume
from cleanroom.verify.placement import Frame, Vector

Plane = NDArray[np.bool_]
Real = NDArray[np.float64]
ON_GRID = 0.1
"""Voxels: a pixel centre nearer than this to a voxel centre is that voxel."""


@dataclass(frozen=True)
class Mask:
    """A mask in the grid of its volume."""

    inside: NDArray[np.bool_]
    to_voxel: Vector
    """4x4, RAS millimetres to voxel index."""
    values: NDArray[np.float32] | None = None
    """(i, j, k, t), what masked voxels are to hold in real units; None: the fill of the series."""

    def native(self, frame: Frame, shape: tuple[int, int]) -> bool:
        """Whether the frame is one of the slices of which the volume was made."""
        start, across, down = self._steps(frame)
        extent = np.abs(across) * shape[1] + np.abs(down) * shape[0]
        flat = int(np.argmin(extent))
        level = start[flat]
        steps = np.sort([np.abs(across).max(), np.abs(down).max()])
        same_size = np.allclose(steps, 1, atol=0.01)
        return bool(extent[flat] < 0.5 and same_size and -0.5 <= level <= self.inside.shape[flat] - 0.5)

    def cover(self, frame: Frame, shape: tuple[int, int]) -> tuple[Plane, Plane]:
        """The pixels that may be replaced, and those that must be.

        A pixel centre is looked up at the nearest voxel. Off the volume's grid (uneven spacing, gantry
        tilt) it lies between voxels: one of them in the mask permits, all of them oblige. A pixel up to a
        voxel outside the grid may be replaced when the voxel at the border is.
        """
        corners = self._corners(frame, shape)
        may = [self._look(corner, shape, margin=1) for corner in corners]
        must = [self._look(corner, shape, margin=0) for corner in corners]
        return np.logical_or.reduce(may), np.logical_and.reduce(must)

    def held(self, frame: Frame, shape: tuple[int, int], fill: float) -> Iterator[tuple[Real, Real]]:
        """What the masked pixels may hold, in real units: the least and the most, time after time.

        Off the grid a pixel may hold what any of the masked voxels around it does; the least is above the
        most where there is none.
        """
        if self.values is None:
            yield np.full(shape, fill), np.full(shape, fill)
            return
        size = self.inside.shape
        for time in range(self.values.shape[3]):
            low, high = np.full(shape, np.inf), np.full(shape, -np.inf)
            for corner in self._corners(frame, shape):
                at = [np.clip(axis, 0, size[n] - 1).astype(np.intp) for n, axis in enumerate(corner)]
                here = self._look(corner, shape, margin=1)
                values = np.broadcast_to(self.values[at[0], at[1], at[2], time], shape)
                low = np.where(here, np.minimum(low, values), low)
                high = np.where(here, np.maximum(high, values), high)
            yield low, high

    def _corners(self, frame: Frame, shape: tuple[int, int]) -> list[tuple[Vector, Vector, Vector]]:
        """The voxels around each pixel: one on the grid, up to eight off it."""
        start, across, down = self._steps(frame)
        columns, rows = np.arange(shape[1])[None, :], np.arange(shape[0])[:, None]
        choices = []
        for axis in range(3):
            place = np.float64(start[axis]) + np.zeros((1, 1))
            if abs(across[axis]) * shape[1] > 1e-3:
                place = place + columns * across[axis]
            if abs(down[axis]) * shape[0] > 1e-3:
                place = place + rows * down[axis]
            near = np.rint(place)
            off = np.abs(place - near).max() > ON_GRID
            choices.append([np.floor(place), np.ceil(place)] if off else [near])
        return [(i, j, k) for i, j, k in product(*choices)]

    def _steps(self, frame: Frame) -> tuple[Vector, Vector, Vector]:
        turn = self.to_voxel[:3, :3]
        return turn @ frame.origin + self.to_voxel[:3, 3], turn @ frame.along_row, turn @ frame.along_column

    def _look(self, voxel: tuple[Vector, Vector, Vector], shape: tuple[int, int], margin: int) -> Plane:
        size = self.inside.shape
        within = np.ones((1, 1), bool)
        for axis, length in zip(voxel, size, strict=True):
            within = within & (axis >= -margin) & (axis < length + margin)
        if not within.any():
            return np.zeros(shape, bool)
        at = [np.clip(axis, 0, size[n] - 1).astype(np.intp) for n, axis in enumerate(voxel)]
        return np.broadcast_to(self.inside[at[0], at[1], at[2]] & within, shape)


def load(work: Path, volumes: list[Volume], face: SeriesFace | None) -> list[Mask]:
    """The masks of a series.

    Raises
    ------
    SetAside
        When a mask does not have the grid of its volume, or a volume of the series has none.
    """
    if face is None or not face.masks:
        return []
    known = {volume.file: volume for volume in volumes if volume.role != "uneven"}
    missing = known.keys() - {mask.volume for mask in face.masks}
    if missing:
        raise SetAside(f"{len(missing)} of {len(known)} volumes have no face mask")
    masks = []
    for entry in face.masks:
        if entry.volume not in known:
            continue
        volume = known[entry.volume]
        image = nibabel.load(work / entry.mask)
        inside = np.asanyarray(image.dataobj) > 0
        if list(inside.shape[:3]) != volume.shape[:3]:
            raise SetAside("a face mask does not have the grid of its volume")
        inside = inside.reshape(*inside.shape[:3], -1).any(axis=3)
        values = _values(work / entry.values, volume) if entry.values else None
        masks.append(Mask(inside, np.linalg.inv(np.array(volume.affine)), values))
    return masks


def _values(path: Path, volume: Volume) -> NDArray[np.float32]:
    values = np.asarray(nibabel.load(path).dataobj, np.float32)
    times = int(np.prod(volume.shape[3:]))
    if list(values.shape[:3]) != volume.shape[:3] or values.size != times * int(np.prod(volume.shape[:3])):
        raise SetAside("the values for a face mask do not have the grid of its volume")
    return values.reshape(*values.shape[:3], -1)


def cover(masks: list[Mask], frame: Frame, shape: tuple[int, int]) -> tuple[Plane, Plane]:
    """The pixels of a frame that may be replaced and those that must be, over all masks of a series.

    Volumes in the same place (echoes) may have different masks: what may be replaced is what any of
    them covers, what must be is what all of those made of this frame cover.
    """
    may, must = zip(*(mask.cover(frame, shape) for mask in _made_of(masks, frame, shape)), strict=True)
    return np.logical_or.reduce(may), np.logical_and.reduce(must)


def held(masks: list[Mask], frame: Frame, shape: tuple[int, int], fill: float) -> Iterator[tuple[Real, Real]]:
    """What the masked pixels of a frame may hold: by volume and time, of which the frame is one."""
    for mask in _made_of(masks, frame, shape):
        yield from mask.held(frame, shape, fill)


def _made_of(masks: list[Mask], frame: Frame, shape: tuple[int, int]) -> list[Mask]:
    """The masks of the volumes that were made of a frame; of uneven slices all."""
    return [mask for mask in masks if mask.native(frame, shape)] or masks
