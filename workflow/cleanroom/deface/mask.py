"""The face mask of one volume: registered, carried into its grid."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.anatomy import SAFETY_MM, anatomy
from cleanroom.deface.registration import Pose
from cleanroom.isotropic import Affine, Isotropic

BOX = ((-130.0, 130.0), (-72.0, 260.0), (-190.0, 22.0))
"""Template millimetres; to the front far enough for the air before the nose, where its ghosts are."""
TOLERANCE_MM = 2.0
"""What the grid of the fields costs: a margin may come this much nearer than the safety distance."""


class Extent(NamedTuple):
    """How far the mask reaches."""

    margin_mm: float = 2.0
    """The region is widened by this much, but never nearer to the brain than the safety distance."""
    ears: bool = True


def carried(shape: tuple[int, int, int], affine: Affine, pose: Pose, extent: Extent) -> NDArray[np.uint8]:
    """Carry the face region into the grid of a volume.

    Parameters
    ----------
    shape, affine
        The grid; voxel index to RAS millimetres.
    pose
        Where the template lies.
    extent
        How far the mask reaches.

    Returns
    -------
    uint8, 1 where the face is to be replaced.
    """
    fields = anatomy()
    wanted = np.minimum(fields.face.data, fields.ears.data) if extent.ears else fields.face.data
    border = np.maximum(wanted - extent.margin_mm * pose.scale, SAFETY_MM - TOLERANCE_MM - fields.brain.data)
    region = fields.face.holding(border)
    part = _part(shape, affine, pose)
    shift = np.eye(4)
    shift[:3, 3] = [piece.start for piece in part]
    to_template = pose.to_template @ affine @ shift
    mask = np.zeros(shape, np.uint8)
    inner = mask[part]
    for k in range(inner.shape[2]):
        inner[:, :, k] = _sampled(region, to_template, inner.shape, k) < 0
    return mask


def slabs(shape: tuple[int, int, int], affine: Affine, pose: Pose, extent: Extent) -> NDArray[np.uint8]:
    """As :func:`carried`, for thick slices: a voxel counts when any part of its thickness lies in the region.

    The region is looked up every 2 mm or less along the longest edge of a voxel.
    """
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    along = int(np.argmax(sizes))
    steps = max(1, int(np.ceil(sizes[along] / TOLERANCE_MM)))
    mask = np.zeros(shape, np.uint8)
    for step in range(steps):
        shift = np.eye(4)
        shift[along, 3] = (step + 0.5) / steps - 0.5
        mask |= carried(shape, np.asarray(affine @ shift, np.float64), pose, extent)
    return mask


def _part(shape: tuple[int, int, int], affine: Affine, pose: Pose) -> tuple[slice, slice, slice]:
    """The voxels that can lie in the region: what surrounds the face's box in the grid of the volume."""
    corners = np.array(np.meshgrid(*BOX, indexing="ij")).reshape(3, -1)
    matrix = np.linalg.inv(pose.to_template @ affine)
    placed = matrix[:3, :3] @ corners + matrix[:3, 3:]
    low = np.clip(np.floor(placed.min(axis=1)).astype(int), 0, shape)
    high = np.clip(np.ceil(placed.max(axis=1)).astype(int) + 1, low, shape)
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))  # type: ignore[return-value]


def _sampled(field: Isotropic, to_template: Affine, shape: tuple[int, ...], k: int) -> NDArray[np.float32]:
    """A field at the voxels of slice k; beyond its border it holds the border's value."""
    matrix = np.linalg.inv(field.affine) @ to_template
    offset = matrix[:3, 3] + matrix[:3, 2] * k
    plane = np.zeros((3, 3))
    plane[:, :2] = matrix[:3, :2]
    sampled = ndimage.affine_transform(
        field.data, plane, offset, (shape[0], shape[1], 1), order=1, mode="nearest"
    )
    return np.asarray(sampled[:, :, 0])
