"""How much of the skin of eyes, nose, mouth and ears is left in what would be released."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic, isotropic
from cleanroom.skin import body, threshold

MM = 2.0
LEAST_SKIN = 60
"""Voxels of 2 mm, 2.4 square centimetres: where less of a region is in view nothing is said about it."""
BORDER = 2
"""Voxels: nearer to the border of the field of view a surface may be a cut."""
AROUND_MM = 130.0
"""From the middle of the face: what lies farther is not looked at."""

Flags = NDArray[np.bool_]
Points = NDArray[np.float64]


class Box(NamedTuple):
    """A region of the template head: distance from its midplane, y and z in template millimetres (RAS)."""

    lateral: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]

    def holds(self, places: Points) -> Flags:
        """Which of some places, (n, 3) template millimetres, lie in it."""
        x, y, z = places.T
        values = (np.abs(x + 6 - 0.055 * y), y, z)
        inside = [(low <= axis) & (axis <= high) for axis, (low, high) in zip(values, self, strict=True)]
        return np.asarray(np.logical_and.reduce(inside))


REGIONS = {
    "eyes": Box((16, 48), (72, 200), (-38, -16)),
    "nose": Box((0, 18), (95, 200), (-80, -42)),
    "mouth": Box((0, 28), (82, 200), (-112, -86)),
    "ears": Box((72, 110), (-32, 18), (-76, -22)),
}
"""Read off the template's skin; smaller than what is removed, so that heads may differ."""
MIDDLE = np.array([-3.0, 40.0, -50.0])
"""Of the face, between the ears: template millimetres."""
BRAIN_CENTRE, BRAIN_RADII = np.array([-6.0, -12.0, 28.0]), np.array([48.0, 62.0, 34.0])
"""An ellipsoid in the middle of the template's brain, away from all of its borders."""


@dataclass(frozen=True)
class Remains:
    """What is left of the skin of one region.

    Attributes
    ----------
    skin
        Voxels of 2 mm of the original's skin there.
    left_percent
        How many of them still have the released skin within reach.
    receded_mm
        How far the released skin lies from the original's: the median.
    """

    skin: int
    left_percent: float
    receded_mm: float


def remains(before: Isotropic, after: Isotropic, to_template: Affine, near_mm: float) -> dict[str, Remains]:
    """Compare the skin of two volumes of one grid, region by region.

    Parameters
    ----------
    before, after
        Copies of the original and of what would be released, as :func:`face` makes them.
    to_template
        RAS millimetres of the volume to those of the template.
    near_mm
        Nearer than this the released skin is the original's.

    Returns
    -------
    dict
        Region → what is left; regions that are not in view are missing.
    """
    level = threshold(before.data)
    skin = outer_skin(before)
    points = before.points(skin.astype(np.float64))
    places = points @ to_template[:3, :3].T + to_template[:3, 3]
    apart = _to_surface(_smooth(after.data) > level)[tuple(skin.T)]
    found = {}
    for name, box in REGIONS.items():
        here = apart[box.holds(places)]
        if len(here) >= LEAST_SKIN:
            left = 100 * float(np.mean(here <= near_mm))
            found[name] = Remains(len(here), round(left, 1), round(float(np.median(here)), 1))
    return found


def face(data: NDArray[np.float32], affine: Affine, to_template: Affine) -> Isotropic:
    """A copy of 2 mm of what surrounds the middle of a face.

    Parameters
    ----------
    data
        Shape (i, j, k), real units.
    affine
        Voxel index to RAS millimetres.
    to_template
        RAS millimetres of the volume to those of the template.
    """
    centre = np.linalg.solve(to_template, [*MIDDLE, 1.0])[:3]
    whole = isotropic(data, affine, MM)
    low = np.floor((centre - AROUND_MM - whole.origin) / MM).astype(int)
    high = np.ceil((centre + AROUND_MM - whole.origin) / MM).astype(int)
    first, last = np.clip(low, 0, whole.data.shape), np.clip(high, 0, whole.data.shape)
    part = tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    return Isotropic(whole.data[part], whole.origin + first * MM, MM, whole.seen[part])


def brain_changed(mask: Isotropic, to_template: Affine) -> int:
    """Voxels of 2 mm in the middle of the brain of which more than half was replaced."""
    where = np.argwhere(mask.data > 0.5)
    places = mask.points(where.astype(np.float64)) @ to_template[:3, :3].T + to_template[:3, 3]
    return int(((((places - BRAIN_CENTRE) / BRAIN_RADII) ** 2).sum(axis=1) < 1).sum())


def _smooth(data: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(ndimage.gaussian_filter(data, 0.7))


def closed(volume: Isotropic) -> Flags:
    """The body without its cavities."""
    solid = ndimage.binary_closing(np.pad(body(volume.data), 3, mode="edge"), iterations=2)
    return np.asarray(ndimage.binary_fill_holes(solid)[(slice(3, -3),) * 3])


def outer_skin(volume: Isotropic) -> NDArray[np.intp]:
    """The voxels of the body that touch the air around it."""
    solid = closed(volume)
    skin = solid & ~ndimage.binary_erosion(solid, border_value=1)
    return np.argwhere(skin & ndimage.binary_erosion(volume.seen, iterations=BORDER, border_value=0))


def _to_surface(tissue: Flags) -> NDArray[np.float64]:
    """Distance to the nearest border between tissue and air, millimetres; 0 in its outermost voxels."""
    if not tissue.any():
        return np.full(tissue.shape, np.inf)
    outside = ndimage.distance_transform_edt(~tissue)
    inside = ndimage.distance_transform_edt(tissue)
    return np.asarray(np.where(tissue, inside - 1, outside) * MM, np.float64)


def fit_mm(volume: Isotropic, to_template: Affine) -> float:
    """How far the template's skin of eyes, nose and mouth lies from the volume's own: the median of those
    points that are in view; infinite when none is."""
    surface = outer_skin(volume)
    if not len(surface):
        return float("inf")
    skin = np.ones(volume.data.shape, bool)
    skin[tuple(surface.T)] = False
    apart = ndimage.distance_transform_edt(skin) * volume.mm
    matrix = np.linalg.inv(to_template)
    places = _template_skin() @ matrix[:3, :3].T + matrix[:3, 3]
    voxel = np.rint((places - volume.origin) / volume.mm).astype(np.intp)
    within = ((voxel >= 0) & (voxel < volume.data.shape)).all(axis=1)
    voxel = voxel[within]
    voxel = voxel[volume.seen[tuple(voxel.T)]]
    return round(float(np.median(apart[tuple(voxel.T)])), 1) if len(voxel) else float("inf")


@cache
def _template_skin() -> Points:
    head = template_head(MM)
    points = head.points(outer_skin(head).astype(np.float64))
    front = [REGIONS[name].holds(points) for name in ("eyes", "nose", "mouth")]
    return np.asarray(points[np.logical_or.reduce(front)])
