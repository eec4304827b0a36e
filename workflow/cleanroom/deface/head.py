"""Where the head is in a volume, before anything is registered: the template's outline slid over it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from cleanroom.deface.template import template_head
from cleanroom.isotropic import Isotropic, isotropic
from cleanroom.skin import body, threshold

COARSE_MM = 8.0
RIM_VOXELS = 4
"""Around the head there must be air: this much of it counts."""
PITCHES = range(-40, 41, 10)
"""Degrees of nodding that are tried."""
BOX_MM = 140.0
"""What lies farther from the centre of the head, along any axis, is cut off."""


@dataclass(frozen=True)
class Guess:
    """Where the head may be.

    Attributes
    ----------
    pitch
        Degrees of rotation about the axis to the right, template to volume.
    centre
        Where the centre of the template's head comes to lie, RAS millimetres of the volume.
    score
        Agreement of tissue and air, 1 at best.
    """

    pitch: float
    centre: NDArray[np.float64]
    score: float


@cache
def head_centre() -> NDArray[np.float64]:
    """The centre of the template's head, RAS millimetres of the template."""
    template = template_head()
    return template.points(np.array(ndimage.center_of_mass(body(template.data))))


def guesses(volume: Isotropic) -> list[Guess]:
    """Where the head may be, the best first: one guess for each pitch.

    Parameters
    ----------
    volume
        Isotropic RAS copy of any field of view, with table, shoulders or half of a head.
    """
    coarse = isotropic(volume.data, volume.affine, COARSE_MM)
    seen = isotropic(volume.seen.astype(np.float32), volume.affine, COARSE_MM)
    tissue = np.where(coarse.data > threshold(volume.data), 1.0, -1.0) * ((seen.data > 0.5) & coarse.seen)
    found = [_slid(tissue, coarse, float(pitch)) for pitch in PITCHES]
    return sorted(found, key=lambda guess: -guess.score)


def around_head(volume: Isotropic, centre: NDArray[np.float64], reach_mm: float = BOX_MM) -> Isotropic:
    """The part of the volume that can hold the head: what a table or shoulders add is cut off."""
    middle, reach = np.round((centre - volume.origin) / volume.mm).astype(int), round(reach_mm / volume.mm)
    low = np.clip(middle - reach, 0, np.array(volume.data.shape) - 1)
    high = np.maximum(low + 1, middle + reach)
    part = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return Isotropic(
        np.ascontiguousarray(volume.data[part]),
        volume.points(low.astype(float)),
        volume.mm,
        np.ascontiguousarray(volume.seen[part]),
    )


def _slid(tissue: NDArray[np.float64], coarse: Isotropic, pitch: float) -> Guess:
    """The best shift of the outline at one pitch, by correlation."""
    outline = _outline(pitch)
    shape = [fft.next_fast_len(n + m - 1) for n, m in zip(tissue.shape, outline.shape, strict=True)]
    product = fft.rfftn(tissue, shape) * np.conj(fft.rfftn(outline, shape))
    score = fft.irfftn(product, shape)
    peak = np.unravel_index(int(score.argmax()), score.shape)
    reached = zip(peak, shape, tissue.shape, strict=True)
    shift = np.array([index - n if index >= m else index for index, n, m in reached])
    centre = coarse.points(shift + (np.array(outline.shape) - 1) / 2)
    return Guess(pitch, centre, float(score.max() / np.abs(outline).sum()))


@cache
def _outline(pitch: float) -> NDArray[np.float64]:
    """The template's head, 1, and the air around it, -1; turned about its centre, which is in the middle."""
    template = template_head()
    half = 20
    cosine, sine = np.cos(np.deg2rad(pitch)), np.sin(np.deg2rad(pitch))
    turned = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    scale = COARSE_MM / template.mm
    matrix = turned.T * scale
    middle = (head_centre() - template.origin) / template.mm
    offset = middle - matrix @ np.full(3, half)
    shape = (2 * half + 1,) * 3
    head = ndimage.gaussian_filter(body(template.data).astype(np.float64), scale / 2)
    inside = ndimage.affine_transform(head, matrix, offset, shape, order=1, mode="constant", cval=np.nan)
    known = np.isfinite(inside)
    solid = np.nan_to_num(inside) > 0.5
    rim = ndimage.binary_dilation(solid, iterations=RIM_VOXELS) & ~solid & known
    return np.asarray(solid.astype(np.float64) - rim)
