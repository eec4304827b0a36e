"""Check 7, for fills that are not air: the new skin is not the person's own."""

from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.isotropic import Isotropic, isotropic
from cleanroom.records import FaceMask, SeriesFace
from cleanroom.skin import body
from cleanroom.verify.geometry import Converted
from cleanroom.verify.subject import Series

MM = 2.0
PAD_MM = 20.0
BORDER_MM = 12.0
"""Nearer than this to what stays, old and new skin have to meet: they are not compared there."""
CLOSED = 5
"""Voxels: nostrils and lips close, so that only the outer skin is compared."""
LEAST_SKIN = 250
"""Voxels of skin, ten square centimetres: of less nothing can be told, and nobody."""
LEAST_SPREAD_MM = 1.5
"""Two scans of one face, and one moved or widened as a whole, differ by less (standard deviation)."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Likeness:
    """How a new skin differs from the person's own, where the face was.

    Attributes
    ----------
    skin
        Voxels of 2 mm that were compared.
    spread_mm
        How much the distance between the two differs from place to place, after the shift and the widening
        that make them most alike: half of what lies between the 16th and the 84th percentile.
    """

    skin: int
    spread_mm: float


def findings(series: Series, converted: list[Converted]) -> list[str]:
    """Whether a face that something else took the place of can still be seen."""
    face = series.face
    if face is None or face.decision != "face" or not any(mask.values for mask in face.masks):
        return []
    return [text for mask in face.masks if (text := _finding(series, face, mask, converted))]


def _finding(series: Series, face: SeriesFace, mask: FaceMask, converted: list[Converted]) -> str:
    volume = next((volume for volume in series.volumes if volume.file == mask.volume), None)
    after = None if volume is None else next((one for one in converted if one.same(volume)), None)
    if not mask.values or volume is None:
        return ""
    if after is None:
        return "what took the place of a face cannot be compared with it"
    work = series.study.work
    inside = _mean(work / mask.mask) > 0
    found = likeness(_mean(work / volume.file), _mean(after.path), inside, np.array(volume.affine))
    if found.skin < LEAST_SKIN or found.spread_mm >= LEAST_SPREAD_MM:
        return ""
    return (
        f"the skin that mode {face.mode} made is still the person's: the two differ by "
        f"{found.spread_mm:.1f} mm, less than {LEAST_SPREAD_MM:g}"
    )


def likeness(
    before: NDArray[np.float32], after: NDArray[np.float32], mask: Flags, affine: NDArray[np.float64]
) -> Likeness:
    """Compare the outer skin of two volumes of one grid inside a mask.

    Parameters
    ----------
    before, after, mask
        Shape (i, j, k).
    affine
        Voxel index to RAS millimetres.
    """
    if not mask.any():
        return Likeness(0, 0.0)
    part, moved = _around(mask, affine)
    old, new = (isotropic(data[part], moved, MM) for data in (before, after))
    kept = isotropic(1 - mask[part].astype(np.float32), moved, MM)
    inside = old.seen & (kept.data < 0.5)
    inner = inside & (ndimage.distance_transform_edt((kept.data < 0.5) | ~old.seen) * MM > BORDER_MM)
    first, second = _closed(old), _closed(new)
    skin = first & ~ndimage.binary_erosion(first, border_value=1) & inner
    if not skin.any():
        return Likeness(0, 0.0)
    apart = _signed(second)[skin]
    smooth = ndimage.gaussian_filter(_signed(first), 1.5)
    normal = np.stack([slope[skin] for slope in np.gradient(smooth)], axis=1)
    return Likeness(int(skin.sum()), _spread(apart, normal))


def _spread(apart: NDArray[np.float64], normal: NDArray[np.float64]) -> float:
    """Half of what lies between the 16th and the 84th percentile, after the best shift and widening."""
    known = np.column_stack([normal, np.ones(len(apart))])
    left = apart - known @ np.linalg.lstsq(known, apart, rcond=None)[0]
    low, high = np.percentile(left, (16, 84))
    return float(high - low) / 2


def _signed(inside: Flags) -> NDArray[np.float64]:
    """Signed distance to the surface, millimetres, negative inside; 0 for the outermost voxels."""
    out = ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)
    return np.asarray((out + inside) * MM, np.float64)


def _closed(volume: Isotropic) -> Flags:
    solid = np.pad(body(volume.data), CLOSED, mode="edge")
    solid = ndimage.binary_closing(solid, iterations=CLOSED)
    return np.asarray(ndimage.binary_fill_holes(solid)[(slice(CLOSED, -CLOSED),) * 3])


def _around(mask: Flags, affine: NDArray[np.float64]) -> tuple[tuple[slice, ...], NDArray[np.float64]]:
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    part, shift = [], np.eye(4)
    for axis, size in enumerate(sizes):
        others = tuple(other for other in range(3) if other != axis)
        found, pad = np.flatnonzero(mask.any(axis=others)), int(np.ceil(PAD_MM / size))
        part.append(slice(max(0, int(found[0]) - pad), int(found[-1]) + 1 + pad))
        shift[axis, 3] = part[-1].start
    return tuple(part), affine @ shift


def _mean(path: Path) -> NDArray[np.float32]:
    data = np.asarray(nibabel.load(path).dataobj, np.float32)
    return np.asarray(data.reshape(*data.shape[:3], -1).mean(axis=3, dtype=np.float32))
