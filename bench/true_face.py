"""How much of a face and of a brain a mask covers, by where they truly are in a head that was moved."""

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bench.stress import Head
from cleanroom.deface.anatomy import anatomy
from cleanroom.deface.surface import surface
from cleanroom.isotropic import Isotropic, isotropic, moved
from cleanroom.skin import body

OTHERS = ((1, 2), (0, 2), (0, 1))
ASIDE, UPWARDS = range(-75, 76, 25), (-20, 0, 20)
"""Degrees from the direction of the face, in which it is looked at."""
SIGHT_MM = 120.0
FEW = 8_000_000
"""In a larger mask brain is counted in every eighth voxel."""


def facial_skin(head: Head) -> NDArray[np.float64]:
    """Points of the skin that a render of the face shows, by where the face truly is, RAS millimetres."""
    copy = isotropic(np.nan_to_num(head.data), head.affine)
    points = surface(copy).points
    region = _at(anatomy().face, points, head.to_template) < 0
    return _in_sight(points[region], body(copy.data), copy, head)


def truth(head: Head, face: NDArray[np.float64], mask: NDArray[np.uint8] | None) -> dict[str, Any]:
    """How much of the facial skin and of the brain a mask covers."""
    covered = np.zeros(len(face), bool)
    brain = 0
    if mask is not None and mask.any():
        low = np.maximum([np.flatnonzero(mask.any(axis=others))[0] for others in OTHERS], 1) - 1
        high = [np.flatnonzero(mask.any(axis=others))[-1] + 2 for others in OTHERS]
        part = mask[tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))]
        shift = np.eye(4)
        shift[:3, 3] = low
        place = head.affine @ shift
        covered = _nearest(ndimage.binary_dilation(part), place, face)
        step = 1 if part.size < FEW else 2
        where = moved(np.argwhere(part[::step, ::step, ::step]) * float(step), place)
        brain = int((_at(anatomy().brain, where, head.to_template) <= 0).sum()) * step**3
    return {
        "skin": len(face),
        "removed": round(float(covered.mean()), 4) if len(face) else 1.0,
        "brain": brain,
    }


def _in_sight(
    points: NDArray[np.float64], tissue: NDArray[np.bool_], copy: Isotropic, head: Head
) -> NDArray[np.float64]:
    """The skin that a render from before or beside the face shows: not the walls of nose and sinuses."""
    hidden = np.ones(len(points), bool)
    turn = np.linalg.inv(head.to_template)[:3, :3]
    for aside, up in product(np.deg2rad(ASIDE), np.deg2rad(UPWARDS)):
        way = turn @ [np.sin(aside) * np.cos(up), np.cos(aside) * np.cos(up), np.sin(up)]
        left = np.flatnonzero(hidden)
        for mm in np.arange(2 * copy.mm, SIGHT_MM, copy.mm):
            voxel = np.rint((points[left] + way / np.linalg.norm(way) * mm - copy.origin) / copy.mm)
            within = ((voxel >= 0) & (voxel < tissue.shape)).all(axis=1)
            at = tuple(np.where(within[:, None], voxel, 0).astype(np.intp).T)
            left = left[~(tissue[at] & within)]
        hidden[left] = False
    return points[~hidden]


def _at(
    field: Isotropic, points: NDArray[np.float64], to_template: NDArray[np.float64]
) -> NDArray[np.float32]:
    index = (moved(points, to_template) - field.origin) / field.mm
    return np.asarray(ndimage.map_coordinates(field.data, index.T, order=1, cval=99.0))


def _nearest(
    mask: NDArray[np.bool_], affine: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.bool_]:
    voxel = np.rint(moved(points, np.asarray(np.linalg.inv(affine), np.float64))).astype(np.intp)
    within = ((voxel >= 0) & (voxel < mask.shape)).all(axis=1)
    found = np.zeros(len(points), bool)
    found[within] = mask[tuple(voxel[within].T)]
    return found
