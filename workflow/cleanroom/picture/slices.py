"""Three slices through the middle of the head, with the outline of a mask."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cleanroom.isotropic import Affine, Isotropic, isotropic
from cleanroom.skin import HOUNSFIELD_AIR, body

OUTLINE = (255, 80, 40)
BRAIN_AND_SOFT_TISSUE = (-150.0, 250.0)
"""Hounsfield units shown from black to white: wide enough for skin and fat."""


def slices(
    data: NDArray[np.float32],
    affine: Affine,
    mask: NDArray[np.uint8] | None = None,
    height: int = 360,
    at: NDArray[np.float64] | None = None,
) -> Image.Image:
    """Draw the sagittal, coronal and axial slice through the middle of the body.

    The patient's right is on the left of the picture, the nose points to the left in the sagittal slice.

    Parameters
    ----------
    data
        Shape (i, j, k).
    affine
        Voxel index to RAS millimetres.
    mask
        Shape (i, j, k); its outline is drawn.
    height
        Height of the picture in pixels.
    at
        The point through which the slices go, RAS millimetres; the middle of the body when None.
    """
    copy = isotropic(data, affine)
    point = middle(data, affine) if at is None else at
    place = np.rint((point - copy.origin) / copy.mm).astype(int)
    tiles = []
    for across, mirrored in ((0, (1,)), (1, (0,)), (2, (0,))):
        points = _plane(copy, across, int(place[across]))
        values = _sampled(data, affine, points, 1)
        covered = None if mask is None else _sampled(mask, affine, points, 0) > 0
        flipped = tuple(axis if axis < across else axis - 1 for axis in mirrored)
        grey = np.flip(_grey(values, copy.data), flipped)
        tiles.append(_tile(grey, None if covered is None else np.flip(covered, flipped), height))
    picture = Image.new("RGB", (sum(tile.width for tile in tiles), height))
    left = 0
    for tile in tiles:
        picture.paste(tile, (left, 0))
        left += tile.width
    return picture


def middle(data: NDArray[np.float32], affine: Affine) -> NDArray[np.float64]:
    """The centre of the body, RAS millimetres; of the volume when it holds nothing."""
    copy = isotropic(data, affine)
    inside = body(copy.data)
    centre = ndimage.center_of_mass(inside) if inside.any() else np.array(copy.data.shape) // 2
    return np.asarray(copy.origin + np.round(centre) * copy.mm)


def _plane(copy: Isotropic, across: int, at: int) -> NDArray[np.float64]:
    """Points 1 mm apart of a plane through the volume, RAS millimetres, shape (3, u, v)."""
    lengths = [int(n * copy.mm) for n in copy.data.shape]
    lengths[across] = 1
    steps = np.indices(lengths).reshape(3, *[n for axis, n in enumerate(lengths) if axis != across])
    start = copy.origin.copy()
    start[across] += at * copy.mm
    return np.asarray(start[:, None, None] + steps)


def _sampled(
    data: NDArray[np.float32] | NDArray[np.uint8], affine: Affine, points: NDArray[np.float64], order: int
) -> NDArray[np.float32]:
    matrix = np.linalg.inv(affine)
    voxels = np.tensordot(matrix[:3, :3], points, 1) + matrix[:3, 3][:, None, None]
    sampled = ndimage.map_coordinates(data, voxels, order=order, cval=float(data.min()))
    return np.asarray(sampled, np.float32)


def _grey(plane: NDArray[np.float32], whole: NDArray[np.float32]) -> NDArray[np.uint8]:
    low, high = BRAIN_AND_SOFT_TISSUE
    if whole.min() >= HOUNSFIELD_AIR:
        low, high = float(np.percentile(whole, 1)), float(np.percentile(whole, 99.5))
    grey = np.nan_to_num(np.clip((plane - low) / max(high - low, 1e-6), 0, 1)) * 255
    return np.asarray(np.round(grey), np.uint8)


def _tile(plane: NDArray[np.uint8], covered: NDArray[np.bool_] | None, height: int) -> Image.Image:
    """One slice with its first axis to the right and its second upwards."""
    colour = np.repeat(plane[..., None], 3, axis=2)
    if covered is not None:
        colour[covered ^ ndimage.binary_erosion(covered, border_value=1)] = OUTLINE
    picture = Image.fromarray(np.ascontiguousarray(colour.transpose(1, 0, 2)[::-1]))
    width = max(1, round(height * picture.width / picture.height))
    return picture.resize((width, height), Image.Resampling.BILINEAR)
