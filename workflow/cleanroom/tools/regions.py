"""Where a tool may change a head, as fields in template millimetres; looked up in a volume slice by slice."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface import anatomy as builtin
from cleanroom.deface.anatomy import anatomy
from cleanroom.deface.registration import Pose
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic
from cleanroom.skin import body

MM = 2.0
ORIGIN = np.array([-110.0, -130.0, -200.0])
SHAPE = (111, 151, 156)
"""A grid in template millimetres on which measures are taken: a whole head with its neck."""
SKULL_MM = 12.0
"""What lies deeper than this below the template's skin, and above its skull base, is brain."""

BRAIN_MM = 2.0
"""Nothing of a tool's change nearer to the template's brain than this is taken."""
EARS_MM = 10.0


@cache
def brain() -> Isotropic:
    """Below 0.5 in the template's whole brain: the builtin's, and what is deep behind and above it."""
    head = template_head(MM)
    solid = ndimage.binary_fill_holes(np.pad(body(head.data), ((0, 0), (0, 0), (1, 0)), mode="edge"))[
        :, :, 1:
    ]
    deep = ndimage.distance_transform_edt(np.pad(solid, ((1, 1), (1, 1), (0, 1))), sampling=MM)[
        1:-1, 1:-1, :-1
    ]
    below_the_skull = on_grid(head.holding(deep.astype(np.float32)), mode="constant") > SKULL_MM
    here = (on_grid(anatomy().brain) < 0.5) & below_the_skull
    return _grid(np.where(here, 0.0, 1.0))


@cache
def face() -> Isotropic:
    """Signed distance to the builtin's face region with ears, negative inside."""
    fields = anatomy()
    return fields.face.holding(np.minimum(fields.face.data, fields.ears.data))


@cache
def allowed(whole_head: bool = False) -> Isotropic:
    """Negative where a change may be taken: in front of and below the brain, and around the ears.

    Parameters
    ----------
    whole_head
        The scalp all around too.
    """
    y, z = (
        start + builtin.MM * axis
        for start, axis in zip(builtin.ORIGIN[1:], np.indices(builtin.SHAPE)[1:], strict=True)
    )
    fields = anatomy()
    front_or_below = np.minimum(25.0 - y, z + 50.0)
    place = np.minimum(front_or_below, fields.ears.data - EARS_MM)
    if whole_head:
        place = np.full(builtin.SHAPE, -99.0)
    return fields.face.holding(np.maximum(place, BRAIN_MM - fields.brain.data).astype(np.float32))


@cache
def may_on_grid() -> NDArray[np.bool_]:
    """:func:`allowed` on the grid."""
    return on_grid(allowed()) < 0


@cache
def face_on_grid() -> NDArray[np.bool_]:
    """The face region with ears on the grid."""
    return on_grid(face()) < 0


def on_grid(values: Isotropic, mode: str = "nearest") -> NDArray[np.float32]:
    """A field of the template on the grid; beyond its border it holds the border's value, or 0."""
    offset = (ORIGIN - values.origin) / values.mm
    step = np.eye(3) * MM / values.mm
    return np.asarray(ndimage.affine_transform(values.data, step, offset, SHAPE, order=1, mode=mode))


def _grid(values: NDArray[np.float64]) -> Isotropic:
    return Isotropic(values.astype(np.float32), ORIGIN, MM, np.ones(SHAPE, bool))


def inside(
    field: Isotropic, below: float, shape: tuple[int, ...], affine: Affine, pose: Pose
) -> NDArray[np.bool_]:
    """Where a field lies below a value, in the grid of a volume (voxel index to RAS millimetres)."""
    to_field = np.linalg.inv(field.affine) @ pose.to_template @ affine
    found = np.zeros(shape, bool)
    plane = np.zeros((3, 3))
    plane[:, :2] = to_field[:3, :2]
    for k in range(shape[2]):
        start = to_field[:3, 3] + to_field[:3, 2] * k
        value = ndimage.affine_transform(field.data, plane, start, (*shape[:2], 1), order=1, mode="nearest")
        found[:, :, k] = value[:, :, 0] < below
    return found
