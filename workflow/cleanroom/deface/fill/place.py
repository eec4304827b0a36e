"""The surroundings of a mask on a small grid: where the skin is, what stays, where the average head lies."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.fill.average import Field, average_head, signed
from cleanroom.isotropic import Affine, Isotropic, isotropic
from cleanroom.skin import body

PAD_MM = 36.0
"""So much around the mask is looked at: to blend its border, and to learn what tissue looks like."""
FINEST_MM, COARSEST_MM = 2.0, 4.0
CLOSED_MM = 10.0
"""Half the width of an opening that is closed before the skin is looked for."""
CLEAR = 1e-3
"""A voxel of the copy of which no more than this comes from the mask stays as it is."""
AT_ONCE = 1 << 18
THREADS = 2
"""Each looks up voxels of its own: the result does not depend on how many there are."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Place:
    """A mask and what lies around it.

    Attributes
    ----------
    data
        Shape (i, j, k, t), real units, cropped around the mask.
    mask
        Shape (i, j, k), cropped.
    affine
        Voxel index of the crop to RAS millimetres.
    to_template
        4x4, RAS millimetres to RAS millimetres of the template.
    copy
        The mean over t on an isotropic grid.
    stays
        Where that grid shows only voxels of the volume outside the mask.
    """

    data: NDArray[np.float32]
    mask: Flags
    affine: Affine
    to_template: Affine
    copy: Isotropic
    stays: Flags

    @classmethod
    def of(cls, data: NDArray[np.float32], mask: Flags, affine: Affine, to_template: Affine) -> "Place":
        """Crop a volume, (i, j, k, t), around its mask, which must not be empty."""
        sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
        part = tuple(
            slice(max(0, int(low) - pad), int(high) + 1 + pad)
            for low, high, pad in zip(*_ends(mask), np.ceil(PAD_MM / sizes).astype(int), strict=True)
        )
        shift = np.eye(4)
        shift[:3, 3] = [piece.start for piece in part]
        cropped, where = data[part], affine @ shift
        mm = float(np.clip(sizes.min(), FINEST_MM, COARSEST_MM))
        mean = cropped.mean(axis=3, dtype=np.float32) if cropped.shape[3] > 1 else cropped[..., 0]
        copy = isotropic(mean, where, mm)
        kept = isotropic(1 - mask[part].astype(np.float32), where, mm)
        return cls(cropped, mask[part], where, to_template, copy, copy.seen & (kept.data > 1 - CLEAR))

    @cached_property
    def tissue(self) -> Flags:
        """Tissue in the copy: one piece, with its cavities."""
        return body(self.copy.data)

    @cached_property
    def body(self) -> Flags:
        """The patient in the copy; sinuses, nostrils and mouth are closed, and the neck goes on below."""
        reach = round(CLOSED_MM / self.copy.mm)
        solid = np.pad(self.tissue, reach, mode="edge")
        solid = ndimage.binary_closing(solid, iterations=reach)
        return np.asarray(_level_filled(solid)[(slice(reach, -reach),) * 3])

    @cached_property
    def skin(self) -> Field:
        """Signed distance to the patient's own surface in the copy, millimetres, negative inside."""
        return np.asarray(ndimage.gaussian_filter(signed(self.body, self.copy.mm), 0.7))

    @cached_property
    def _border(self) -> tuple[Field, NDArray[np.int32]]:
        if not self.stays.any():
            return np.full(self.stays.shape, np.inf, np.float32), np.indices(self.stays.shape, np.int32)
        distance, nearest = ndimage.distance_transform_edt(~self.stays, return_indices=True)
        return np.asarray(distance * self.copy.mm, np.float32), nearest

    @property
    def within_mm(self) -> Field:
        """How far a voxel of the copy lies from what stays, millimetres; 0 where it stays."""
        return self._border[0]

    def beside(self, field: Field) -> Field:
        """A field of the copy as it is at the nearest voxel that stays."""
        return np.asarray(field[tuple(self._border[1])])

    @cached_property
    def voxels(self) -> tuple[NDArray[np.intp], ...]:
        """The masked voxels of the crop, as indices in the order of storage."""
        return np.nonzero(self.mask)

    @cached_property
    def edge_mm(self) -> float:
        """How wide the step from skin to air is: a voxel."""
        return max(1.5, float(np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0)).mean()))

    @cached_property
    def average_skin(self) -> Field:
        """Signed distance to the average head's skin on the grid of the copy, millimetres of the volume."""
        scale = float(np.cbrt(abs(np.linalg.det(self.to_template[:3, :3]))))
        return self._average(average_head().skin) / np.float32(scale)

    @cached_property
    def average_tissue(self) -> Field:
        """The average head's T1-weighted values on the grid of the copy."""
        return self._average(average_head().tissue)

    def _average(self, field: Isotropic) -> Field:
        """A field of the average head on the grid of the copy; beyond its border the border's value."""
        matrix = np.linalg.inv(field.affine) @ self.to_template @ self.copy.affine
        return np.asarray(
            ndimage.affine_transform(
                field.data, matrix[:3, :3], matrix[:3, 3], self.copy.data.shape, order=1, mode="nearest"
            )
        )

    def frame(self, time: int) -> Field:
        """One time point on the grid of the copy."""
        if self.data.shape[3] == 1:
            return self.copy.data
        return isotropic(self.data[..., time], self.affine, self.copy.mm).data

    def at_voxels(self, field: Field, chosen: Flags | None = None) -> Field:
        """A field of the copy at the masked voxels, or at those chosen of them; linear between."""
        matrix = np.linalg.inv(self.copy.affine) @ self.affine
        voxels = self.voxels if chosen is None else tuple(axis[chosen] for axis in self.voxels)
        found = np.empty(len(voxels[0]), np.float32)

        def look(start: int) -> None:
            part = slice(start, start + AT_ONCE)
            i, j, k = (axis[part] for axis in voxels)
            places = [row[0] * i + row[1] * j + row[2] * k + row[3] for row in matrix[:3]]
            found[part] = ndimage.map_coordinates(field, places, order=1, mode="nearest")

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(look, range(0, len(found), AT_ONCE)))
        return found


def _level_filled(solid: Flags) -> Flags:
    """With every hole closed that an axial slice surrounds: sinuses too, though they end in the throat."""
    level = np.zeros((3, 3, 3), bool)
    level[:, 1, 1] = level[1, :, 1] = True
    labels, count = ndimage.label(~solid, level)
    outside = np.zeros(count + 1, bool)
    for face in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outside[face] = True
    outside[0] = False
    return np.asarray(~outside[labels])


def smoothed(field: Field, mm: float, sigma_mm: float) -> Field:
    """A field after a Gaussian of this width, as float32."""
    return np.asarray(ndimage.gaussian_filter(field, sigma_mm / mm, truncate=3.0), np.float32)


def coarse(field: Field, mm: float, block_mm: float) -> Field:
    """The means of cubes of ``block_mm``, and a Gaussian of half a cube between them.

    Nothing of the field but one number a cube is in the result, however it is sharpened.
    """
    block = max(1, round(block_mm / mm))
    filled = np.pad(field, [(0, -n % block) for n in field.shape], mode="edge")
    shape = [part for n in filled.shape for part in (n // block, block)]
    means = filled.reshape(shape).mean(axis=(1, 3, 5), dtype=np.float32)
    return eased(means, block, field.shape, mm)


def eased(numbers: Field, block: int, shape: tuple[int, ...], mm: float) -> Field:
    """One number for each cube of ``block`` voxels, and a Gaussian of half a cube between them."""
    spread = numbers
    for axis in range(3):
        spread = np.repeat(spread, block, axis=axis)
    spread = spread[tuple(slice(n) for n in shape)]
    return smoothed(spread, mm, block * mm / 2)


def _ends(mask: Flags) -> tuple[list[int], list[int]]:
    low, high = [], []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        found = np.flatnonzero(mask.any(axis=others))
        low.append(int(found[0]))
        high.append(math.ceil(found[-1]))
    return low, high
