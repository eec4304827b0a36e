"""Where the face and the brain are in the template head, as distances in millimetres."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.template import template_head
from cleanroom.isotropic import Isotropic
from cleanroom.skin import body

MM = 2.0
ORIGIN = np.array([-110.0, -64.0, -200.0])
SHAPE = (111, 118, 111)
"""Grid of the fields: the head from behind the ears, and lower than the template for the chin."""
SAFETY_MM = 8.0
"""The face region keeps this distance to the brain of the template; no margin goes nearer."""

NEAR_BRAIN_MM = 14.0
"""So near to the brain of the template a mask keeps to a person's own skin."""
BETWEEN_ORBITS = (22.0, -40.0)
"""Millimetres beside the midplane, and the lowest z: the straight gyri of some heads end there."""
EYE, EYE_MM = (30.0, 74.0, -31.0), 13.0
"""Middle of an eye beside the midplane, y and z, and its radius with what heads differ by: it goes whole."""


@dataclass(frozen=True)
class Anatomy:
    """Distance fields on one grid in template space (RAS).

    Attributes
    ----------
    face, ears
        Signed distance to the border of the face region, and of the two ears': negative inside, millimetres.
    brain
        Distance to the brain: 0 inside, millimetres.
    skull
        Depth below the skin of the template where brain lies near, 0 elsewhere, millimetres.
    """

    face: Isotropic
    ears: Isotropic
    brain: Isotropic
    skull: Isotropic


@cache
def anatomy() -> Anatomy:
    """The fields, computed once a process from the template."""
    brain = _brain()
    distance = ndimage.distance_transform_edt(~brain, sampling=MM)
    clear = distance > SAFETY_MM
    return Anatomy(
        _signed(_face() & clear), _signed(_ears() & clear), _field(distance), _field(_skull(distance))
    )


def _signed(region: NDArray[np.bool_]) -> Isotropic:
    outside = ndimage.distance_transform_edt(~region, sampling=MM)
    return _field(outside - ndimage.distance_transform_edt(region, sampling=MM))


def _field(values: NDArray[np.float64]) -> Isotropic:
    return Isotropic(values.astype(np.float32), ORIGIN, MM, np.ones(values.shape, bool))


def _axes() -> tuple[NDArray[np.float64], ...]:
    """Lateral distance to the template's midplane, and its y and z, in millimetres."""
    x, y, z = (
        origin + MM * grid for origin, grid in zip(ORIGIN, np.ogrid[tuple(map(slice, SHAPE))], strict=True)
    )
    return np.abs(x + 6 - 0.055 * y), y, z


def _face() -> NDArray[np.bool_]:
    """Brow, eyes, temples beside them, nose, cheeks, mouth, chin; read off the template's slices."""
    lateral, y, z = _axes()
    eyes_and_nose = (z < 0) & (y > 60)
    temples = (z < -4) & (lateral > 42) & (y > 50)
    cheeks_and_jaw = (z < -50) & (y > 40)
    above_the_neck = y > 40 + np.maximum(0, -150 - z)
    return (eyes_and_nose | temples | cheeks_and_jaw) & above_the_neck


def _ears() -> NDArray[np.bool_]:
    """The auricles, from where they leave the head outwards; heads differ, so wider than the template's."""
    lateral, y, z = _axes()
    narrowing = np.clip((-40 - z) / 35, 0, 1)
    beside = lateral > 68 + 0.35 * np.maximum(0, z + 25) - 10 * narrowing
    return np.asarray(beside & (y > -50) & (y < 25) & (z > -95) & (z < -2))


def _skull(to_brain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Depth above the orbits, to the side of them, and between them: there frontal lobes reach low."""
    lateral, y, z = _axes()
    aside = (z > _skull_base(lateral, y)) | (lateral > 46)
    between = (lateral < BETWEEN_ORBITS[0]) & (z > BETWEEN_ORBITS[1])
    eye = (lateral - EYE[0]) ** 2 + (y - EYE[1]) ** 2 + (z - EYE[2]) ** 2 < EYE_MM**2
    return np.where((aside & (to_brain < NEAR_BRAIN_MM)) | (between & ~eye), _depth(), 0.0)


def _depth() -> NDArray[np.float64]:
    """Below the skin of the template, millimetres; 0 outside of the head and where the template ends."""
    head = template_head(MM)
    solid = ndimage.binary_fill_holes(body(head.data))
    inside = ndimage.distance_transform_edt(solid, sampling=MM)
    return np.asarray(
        ndimage.affine_transform(inside, np.eye(3), (ORIGIN - head.origin) / MM, SHAPE, order=1, cval=0.0)
    )


def _brain() -> NDArray[np.bool_]:
    """Frontal and temporal lobes and what lies behind them: bright, under the skull, above its base."""
    lateral, y, z = _axes()
    head = template_head(MM)
    value = ndimage.affine_transform(
        head.data, np.eye(3), (ORIGIN - head.origin) / MM, SHAPE, order=1, cval=0.0
    )
    under_the_skull = ndimage.distance_transform_edt(value > 60, sampling=MM) > 10
    bright = (value > 110) & under_the_skull & (z > _skull_base(lateral, y))
    core = ndimage.binary_erosion(bright, iterations=2)
    labels, _ = ndimage.label(core)
    seed = labels[tuple(np.round((np.array([-25.0, 30.0, 10.0]) - ORIGIN) / MM).astype(int))]
    return np.asarray(ndimage.binary_dilation(labels == seed, iterations=2) & bright)


def _skull_base(lateral: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of the floor under the temporal lobes, the orbital roofs and the cribriform plate."""
    middle = -27 + 0.12 * (y - 28)
    orbits = -22 + 0.25 * (y - 52)
    temporal = -50 + 0.7 * np.maximum(0, y - 25)
    beside = np.where(y < 52, temporal, orbits)
    return np.where(lateral > 14, beside, np.where(y < 20, -50, middle))
