"""Skin laid onto skin from many orientations: finds a head that lies in any way, to some millimetres.

Distances between two surfaces are minimised by weighted least squares, robust against what only one of them
has: table, shoulders, a hood (Fitzgibbon 2003, doi:10.1016/j.imavis.2003.09.004, with a rotation, a shift and
a scale as its unknowns).
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from cleanroom.deface.head import head_centre
from cleanroom.deface.surface import Points, Surface, surface
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic, moved

SEED = 20
SCALE_SPREAD = 0.1
"""Heads differ from the template by so much, as the logarithm of a length."""
FOLLOWED = 4
"""How many of the orientations are refined."""
APART_DEGREES = 20.0
"""Fits that differ by less than this are one."""
COUNTED_MM = 6.0
"""Skin within about this distance counts as lying on skin."""


class Stage(NamedTuple):
    """One stage of the search."""

    reach_mm: float
    """Skin farther from skin than about this hardly counts."""
    steps: int
    points: int
    """Of either surface."""


SEARCH = (Stage(40.0, 6, 600), Stage(20.0, 8, 600))
REFINE = (Stage(15.0, 8, 3000), Stage(8.0, 8, 3000))


@dataclass(frozen=True)
class Fit:
    """The template laid onto a volume by their skins.

    Attributes
    ----------
    to_template
        4x4, RAS millimetres of the volume to RAS millimetres of the template.
    score
        Weighted fraction of the visible skin that lies on skin, 1 at best.
    """

    to_template: Affine
    score: float


def skin_fits(head: Isotropic, centre: NDArray[np.float64]) -> list[Fit]:
    """Lay the template's skin onto that of a volume, from 60 orientations.

    Parameters
    ----------
    head
        Isotropic RAS copy, cut to the surroundings of the head.
    centre
        About where the centre of the head lies, RAS millimetres of the volume.

    Returns
    -------
    The best fits, the best first; empty when the volume shows no skin.
    """
    there = surface(head)
    if len(there.points) < SEARCH[0].points // 10:
        return []
    turns = Rotation.create_group("I").as_matrix()
    found = [_fitted(there, _start(turn, centre), SEARCH) for turn in turns]
    best = _distinct(sorted(found, key=lambda fit: -fit.score))
    return sorted((_fitted(there, fit.to_template, REFINE) for fit in best), key=lambda fit: -fit.score)


def settled(head: Isotropic, to_template: Affine) -> Affine:
    """Where the skin alone draws the template from a pose, both 4x4, RAS millimetres."""
    return _fitted(surface(head), to_template, REFINE).to_template


def _distinct(found: list[Fit]) -> list[Fit]:
    """The first few that are turned otherwise than those before them."""
    kept: list[Fit] = []
    for fit in found:
        if len(kept) < FOLLOWED and all(_turned(fit, other) > APART_DEGREES for other in kept):
            kept.append(fit)
    return kept


def _turned(one: Fit, other: Fit) -> float:
    between = one.to_template[:3, :3] @ np.linalg.inv(other.to_template[:3, :3])
    cosine = (np.trace(between) / np.cbrt(np.linalg.det(between)) - 1) / 2
    return float(np.rad2deg(np.arccos(np.clip(cosine, -1, 1))))


@cache
def _template_skin() -> Surface:
    return surface(template_head())


def _start(turn: NDArray[np.float64], centre: NDArray[np.float64]) -> Affine:
    start = np.eye(4)
    start[:3, :3] = turn
    start[:3, 3] = head_centre() - turn @ centre
    return start


def _fitted(there: Surface, start: Affine, stages: tuple[Stage, ...]) -> Fit:
    pose = start
    for stage in stages:
        here, template = (_some(skin.points, stage.points) for skin in (there, _template_skin()))
        for _ in range(stage.steps):
            away, change, seen = _gaps(there, here, template, pose)
            pose, moved_mm = _improved(pose, away, change, np.where(seen, _weight(away, stage.reach_mm), 0.0))
            if moved_mm < 0.1:
                break
    away, _, seen = _gaps(there, here, template, pose)
    weight = np.where(seen, _weight(away, COUNTED_MM), 0.0)
    return Fit(pose, float(weight.sum() / max(1, seen.sum(), 0.5 * len(weight))))


def _some(points: Points, most: int) -> Points:
    if len(points) <= most:
        return points
    return points[np.random.default_rng(SEED).choice(len(points), most, replace=False)]


def _weight(away: NDArray[np.float64], reach_mm: float) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + (away / reach_mm) ** 2) ** 2)


def _gaps(
    there: Surface, here: Points, template: Points, pose: Affine
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Distances from either skin to the other, how they change with the pose, and which can be seen."""
    back = np.asarray(np.linalg.inv(pose), np.float64)
    laid = moved(here, pose)
    away, slope, seen = _template_skin().to_skin(laid)
    there_away, there_slope, there_seen = there.to_skin(moved(template, back))
    turned = np.einsum("ni,ij->nj", there_slope, back[:3, :3])
    change = np.concatenate([_change(slope, laid), -_change(turned, template)])
    return np.concatenate([away, there_away]), change, np.concatenate([seen, there_seen])


def _change(slope: NDArray[np.float64], points: Points) -> NDArray[np.float64]:
    """Derivatives of a distance by shift, rotation about the head's centre, and logarithm of the scale."""
    arm = points - head_centre()
    return np.column_stack([slope, np.cross(arm, slope), (slope * arm).sum(axis=1)])


def _improved(
    pose: Affine, away: NDArray[np.float64], change: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[Affine, float]:
    """One Gauss-Newton step, and how far it moved the head, millimetres."""
    # einsum, not @: BLAS adds up in another order with every number of threads
    normal = np.einsum("ni,n,nj->ij", change, weight, change)
    pull = np.einsum("ni,n,n->i", change, weight, away)
    held = weight.sum() * (COUNTED_MM / 10) ** 2 / SCALE_SPREAD**2
    normal[6, 6] += held
    pull[6] += held * np.log(np.cbrt(abs(np.linalg.det(pose[:3, :3]))))
    normal += 1e-6 * np.diag(np.diag(normal)) + 1e-9 * np.eye(7)
    step = -np.linalg.solve(normal, pull)
    turn = Rotation.from_rotvec(np.clip(step[3:6], -0.3, 0.3)).as_matrix()
    turn *= np.exp(np.clip(step[6], -0.1, 0.1))
    motion = np.eye(4)
    motion[:3, :3] = turn
    motion[:3, 3] = head_centre() - turn @ head_centre() + np.clip(step[:3], -40, 40)
    return np.asarray(motion @ pose), float(np.abs(step[:3]).max() + 80 * np.abs(step[3:]).max())
