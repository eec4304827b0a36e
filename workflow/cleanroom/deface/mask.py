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


DEEP_MM = 8.0
"""Above the brain a mask goes so deep below a person's skin: scalp and outer table; heads differ."""
SKIN_MM, SURELY_DEEP_MM = 6.0, 14.0
"""Below the skin of the template: what lies less deep goes, whatever the person's skin seems to be (a pad on
the forehead); what lies deeper stays (the nose's cavity is air, but no skin)."""


class Skin(NamedTuple):
    """Where the skin of the person is.

    Attributes
    ----------
    distance
        Signed distance to it, RAS millimetres, negative inside.
    moved_mm
        How far it may lie from there.
    """

    distance: Isotropic
    moved_mm: float = 0.0


class Extent(NamedTuple):
    """How far the mask reaches."""

    margin_mm: float = 2.0
    """The region is widened by this much, but never nearer to the brain than the safety distance."""
    ears: bool = True
    face: bool = True
    """Without it the ears alone go: the face is out of view."""


def carried(
    shape: tuple[int, int, int], affine: Affine, pose: Pose, extent: Extent, skin: Skin | None = None
) -> NDArray[np.uint8]:
    """Carry the face region into the grid of a volume.

    Parameters
    ----------
    shape, affine
        The grid; voxel index to RAS millimetres.
    pose
        Where the template lies.
    extent
        How far the mask reaches.
    skin
        The person's: what lies deeper than ``DEEP_MM`` between it and the brain stays. Heads differ from the
        template by some millimetres, and a skull may be thinner.

    Returns
    -------
    uint8, 1 where the face is to be replaced.
    """
    fields = anatomy()
    parts = [fields.face.data] * extent.face + [fields.ears.data] * extent.ears
    wanted = np.minimum.reduce(parts)
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
    if skin:
        _spare(mask, affine, pose, skin)
    return mask


def _spare(mask: NDArray[np.uint8], affine: Affine, pose: Pose, skin: Skin) -> None:
    """Take out of a mask what lies above the brain and deep below the person's skin."""
    field = anatomy().skull
    part = _part((mask.shape[0], mask.shape[1], mask.shape[2]), affine, pose)
    shift = np.eye(4)
    shift[:3, 3] = [piece.start for piece in part]
    place = affine @ shift
    to_skin = np.linalg.inv(skin.distance.affine) @ place
    inner = mask[part]
    for k in np.flatnonzero(inner.any(axis=(0, 1))):
        plane = inner[:, :, k]
        depth = _sampled(field, pose.to_template @ place, inner.shape, int(k), outside=0.0)
        i, j = np.nonzero((plane > 0) & (depth > SKIN_MM))
        if not len(i):
            continue
        voxel = to_skin[:3, :3] @ np.stack([i, j, np.full_like(i, k)]) + to_skin[:3, 3:]
        away = ndimage.map_coordinates(skin.distance.data, voxel, order=1, mode="constant", cval=0.0)
        plane[i, j] = (away > -(DEEP_MM + skin.moved_mm)) & (depth[i, j] < SURELY_DEEP_MM)


def slabs(
    shape: tuple[int, int, int], affine: Affine, pose: Pose, extent: Extent, skin: Skin | None = None
) -> NDArray[np.uint8]:
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
        mask |= carried(shape, np.asarray(affine @ shift, np.float64), pose, extent, skin)
    return mask


def _part(shape: tuple[int, int, int], affine: Affine, pose: Pose) -> tuple[slice, slice, slice]:
    """The voxels that can lie in the region: what surrounds the face's box in the grid of the volume."""
    corners = np.array(np.meshgrid(*BOX, indexing="ij")).reshape(3, -1)
    matrix = np.linalg.inv(pose.to_template @ affine)
    placed = matrix[:3, :3] @ corners + matrix[:3, 3:]
    low = np.clip(np.floor(placed.min(axis=1)).astype(int), 0, shape)
    high = np.clip(np.ceil(placed.max(axis=1)).astype(int) + 1, low, shape)
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))  # type: ignore[return-value]


def _sampled(
    field: Isotropic, to_template: Affine, shape: tuple[int, ...], k: int, outside: float | None = None
) -> NDArray[np.float32]:
    """A field at the voxels of slice k; beyond its border it holds a value, or the border's."""
    matrix = np.linalg.inv(field.affine) @ to_template
    offset = matrix[:3, 3] + matrix[:3, 2] * k
    plane = np.zeros((3, 3))
    plane[:, :2] = matrix[:3, :2]
    sampled = ndimage.affine_transform(
        field.data,
        plane,
        offset,
        (shape[0], shape[1], 1),
        order=1,
        mode="nearest" if outside is None else "constant",
        cval=outside or 0.0,
    )
    return np.asarray(sampled[:, :, 0])
