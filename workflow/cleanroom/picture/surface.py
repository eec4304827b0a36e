"""The surface of the body seen from a side, shaded: what a person would recognise."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cleanroom.isotropic import Affine, isotropic
from cleanroom.skin import body, threshold

View = Literal["front", "left", "right", "back", "top"]
VIEWS: tuple[View, ...] = get_args(View)
LIGHT = np.array([0.35, 0.45, 0.82])
"""Towards the light, in picture axes (right, up, towards the eye)."""


def surface(
    data: NDArray[np.float32], affine: Affine, view: View = "front", mm: float = 2.0, height: int = 480
) -> Image.Image:
    """Draw the skin as a shaded relief.

    Parameters
    ----------
    data
        Shape (i, j, k), MR, CT or PET values; removed regions are air (0, or -1000 HU).
    affine
        Voxel index to RAS millimetres.
    view
        The side of the patient that is seen: ``left`` shows the left cheek.
    mm
        Resolution of the relief in millimetres.
    height
        Height of the picture in pixels.
    """
    relief = depth(data, affine, view, mm)
    shade = _shaded(relief, mm)
    picture = Image.fromarray(np.round(shade * 255).astype(np.uint8).T[::-1])
    width = max(1, round(height * picture.width / picture.height))
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def depth(data: NDArray[np.float32], affine: Affine, view: View, mm: float = 2.0) -> NDArray[np.float64]:
    """Distance from the near border of the volume to the skin.

    Returns
    -------
    Millimetres, shape (right, up) as seen in the picture; infinite where a ray meets no tissue.
    """
    copy = isotropic(data, affine, mm)
    smooth = ndimage.gaussian_filter(copy.data, 0.6)
    whole = ndimage.binary_dilation(body(copy.data), iterations=1)
    toward = _toward_eye(np.where(whole, smooth, copy.data.min()), view)
    return _first_crossing(toward, threshold(copy.data)) * mm


def _toward_eye(data: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """Axes as (right in the picture, up in the picture, away from the eye)."""
    arranged = {
        "front": lambda a: a[::-1, ::-1].transpose(0, 2, 1),
        "back": lambda a: a.transpose(0, 2, 1),
        "left": lambda a: a.transpose(1, 2, 0)[::-1],
        "right": lambda a: a.transpose(1, 2, 0),
        "top": lambda a: a[:, :, ::-1],
    }[view](data)
    return np.asarray(arranged)


def _first_crossing(data: NDArray[np.float32], level: float) -> NDArray[np.float64]:
    """Voxels along the last axis up to where the level is first passed, between voxels by interpolation."""
    inside = data > level
    first = inside.argmax(axis=2)
    here = np.take_along_axis(data, first[..., None], 2)[..., 0]
    before = np.take_along_axis(data, np.maximum(first - 1, 0)[..., None], 2)[..., 0]
    back = np.clip((here - level) / np.maximum(here - before, 1e-6), 0, 1)
    return np.where(inside.any(axis=2), first - np.where(first > 0, back, 0), np.inf)


def _shaded(relief: NDArray[np.float64], mm: float) -> NDArray[np.float64]:
    seen = np.isfinite(relief)
    if not seen.any():
        return np.zeros(relief.shape)
    far = relief[seen].max()
    filled = ndimage.gaussian_filter(np.where(seen, relief, far), 0.5)
    slope_right, slope_up = np.gradient(filled, mm)
    normal = np.stack([slope_right, slope_up, np.ones_like(filled)])
    normal /= np.linalg.norm(normal, axis=0)
    lit = np.clip(np.tensordot(LIGHT, normal, 1), 0, 1)
    near = 1 - 0.45 * (filled - relief[seen].min()) / max(far - relief[seen].min(), 1)
    return np.where(seen, 0.12 + 0.88 * lit * near, 0.0)
