"""Where a head lies, found by the gate itself: the template's skin laid onto the skin of the original."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic, moved
from cleanroom.verify.remains import MIDDLE, MM, REGIONS, closed, outer_skin

SEED = 8
CENTRE = np.array([-5.0, 0.0, 0.0])
"""Of the template's head."""
BEHIND_MM, BELOW_MM, ABOVE_MM = -30.0, -112.0, 60.0
"""The template's skin from behind its ears to the front, from its lower lip to its forehead takes part."""
STEPS, POINTS = 12, 1500


class Stage(NamedTuple):
    """One stage of laying skin onto skin."""

    reach_mm: float
    """Skin farther from skin than about this hardly counts."""
    points: int


SEARCH = Stage(30.0, 400)
REFINE = (Stage(30.0, POINTS), Stage(15.0, POINTS), Stage(8.0, POINTS))
LYING_MM = 4.0
"""Skin within this distance lies on skin."""
CLEARLY = 0.1
"""So much more of the skin has to lie on skin before another way to lie is believed."""
TURNS = ((0, 0, 0), (0, 0, 180), (0, 0, 90), (0, 0, -90), (180, 0, 0), (90, 0, 0), (-90, 0, 0), (0, 180, 0))
"""Degrees about the axes: where a head may lie as well, when the pose that was written down is wrong."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Bearing:
    """Where the gate finds a head.

    Attributes
    ----------
    to_template
        4x4, RAS millimetres of the volume to those of the template.
    off_mm
        How far eyes, nose, mouth and ears lie from where the pose that was written down has them: the mean.
    lying
        Part of the template's facial skin that lies on skin of the head, 1 at best.
    """

    to_template: Affine
    off_mm: float
    lying: float


def bearing(volume: Isotropic, to_template: Affine) -> Bearing:
    """Lay the template's skin onto a head anew, starting from a pose and from others far from it.

    Parameters
    ----------
    volume
        A copy of the original around the middle of its face.
    to_template
        The pose that was written down: RAS millimetres of the volume to those of the template.
    """
    skin = _Skin.of(volume)
    turned = [_laid(skin, turn @ to_template, SEARCH) for turn in _turns()]
    near = _laid(skin, to_template, *REFINE)
    far = _laid(skin, max(turned, key=lambda fit: fit[1])[0], *REFINE)
    best = far if far[1] > near[1] + CLEARLY else near
    marks = _landmarks()
    there = moved(marks, best[0] @ np.linalg.inv(to_template))
    off = float(np.linalg.norm(there - marks, axis=1).mean())
    return Bearing(best[0], round(off, 1), round(best[1], 2))


class _Skin(NamedTuple):
    """Signed distance to the outer skin of a head, millimetres, negative inside; and its slopes."""

    away: Isotropic
    slopes: list[Isotropic]

    @classmethod
    def of(cls, volume: Isotropic) -> "_Skin":
        solid = closed(volume)
        away = ndimage.distance_transform_edt(~solid) - ndimage.distance_transform_edt(solid)
        field = volume.holding(np.asarray((away + np.where(solid, 0.5, -0.5)) * volume.mm, np.float32))
        return cls(field, [field.holding(np.gradient(field.data, field.mm, axis=axis)) for axis in range(3)])


def _laid(head: _Skin, pose: Affine, *stages: Stage) -> tuple[Affine, float]:
    """A pose moved until skin lies on skin, by Gauss-Newton steps; and what part of the skin does then."""
    for reach, points in stages:
        skin = _template_skin()[:points]
        for _ in range(STEPS):
            back = _inverse(pose)
            here = moved(skin, back)
            gap, seen = _at(head.away, here)
            turned = np.stack([_at(slope, here)[0] for slope in head.slopes], axis=1) @ back[:3, :3]
            change = -np.column_stack([turned, np.cross(skin - MIDDLE, turned)])
            weight = np.where(seen, 1 / (1 + (gap / reach) ** 2) ** 2, 0.0)
            normal = np.einsum("ni,n,nj->ij", change, weight, change) + 1e-6 * np.eye(6)
            step = -np.linalg.solve(normal, np.einsum("ni,n,n->i", change, weight, gap))
            pose = _motion(step) @ pose
            if np.abs(step[:3]).max() + 80 * np.abs(step[3:]).max() < 0.1:
                break
    gap, seen = _at(head.away, moved(skin, _inverse(pose)))
    return pose, float((seen & (np.abs(gap) < LYING_MM)).mean())


def _inverse(matrix: Affine) -> Affine:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _motion(step: Points) -> Affine:
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_rotvec(np.clip(step[3:], -0.3, 0.3)).as_matrix()
    motion[:3, 3] = MIDDLE - motion[:3, :3] @ MIDDLE + np.clip(step[:3], -30, 30)
    return motion


def _turns() -> list[Affine]:
    found = []
    for turn in TURNS:
        matrix = np.eye(4)
        matrix[:3, :3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix()
        matrix[:3, 3] = CENTRE - matrix[:3, :3] @ CENTRE
        found.append(matrix)
    return found


def _at(field: Isotropic, places: Points) -> tuple[Points, NDArray[np.bool_]]:
    index = (places - field.origin) / field.mm
    inside = ((index >= 0) & (index <= np.array(field.data.shape) - 1)).all(axis=1)
    nearest = np.clip(np.rint(index), 0, np.array(field.data.shape) - 1).astype(np.intp)
    values = ndimage.map_coordinates(field.data, index.T, order=1, mode="nearest")
    return np.asarray(values, np.float64), inside & field.seen[tuple(nearest.T)]


@cache
def _template_skin() -> Points:
    head = template_head(MM)
    points = head.points(outer_skin(head).astype(np.float64))
    points = points[(points[:, 1] > BEHIND_MM) & (points[:, 2] > BELOW_MM) & (points[:, 2] < ABOVE_MM)]
    return np.asarray(np.random.default_rng(SEED).choice(points, POINTS, replace=False))


@cache
def _landmarks() -> Points:
    """The middle of each region of the template's skin, left and right apart."""
    head = template_head(MM)
    points = head.points(outer_skin(head).astype(np.float64))
    sides = [points[:, 0] < MIDDLE[0], points[:, 0] >= MIDDLE[0]]
    held = [box.holds(points) for box in REGIONS.values()]
    return np.array([points[here & side].mean(axis=0) for here in held for side in sides])
