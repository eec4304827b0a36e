"""Whether the relief of a face is still there: depth images of the released head against the original's.

Of two surfaces that are alike one may lie deeper than the other: a face that was peeled off by some
millimetres is still that face. So the direction is compared in which the skin faces, pixel by pixel.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.isotropic import Affine, Isotropic
from cleanroom.skin import threshold
from cleanroom.verify.remains import MIDDLE, REGIONS, Box

MM = 2.0
VIEWS = {"front": 0.0, "left three-quarter": 45.0, "right three-quarter": -45.0, "left": 90.0, "right": -90.0}
"""Degrees about the long axis of the head, from where it is looked at."""
SHOWN = {name: REGIONS[name] for name in ("eyes", "nose", "mouth")} | {
    "chin": Box((0, 30), (62, 200), (-150, -118))
}
"""Regions of the template; the chin lies below the template's last slice."""
SHAPE = (90, 100, 100)
"""Pixels of 2 mm to the right and upwards, and steps of 2 mm away from the eye."""
CORNER = np.array([-90.0, -115.0, -115.0])
"""From the middle of the face, in the axes of a view."""
BEHIND_MM = 20.0
"""Behind the deepest skin of the original: a plane in place of what lies farther, or is not there."""
ALIKE_DEGREES = 10.0
LEAST_PIXELS = 60
"""Fewer of a region in a view, 2.4 square centimetres, say nothing."""

Image = NDArray[np.float64]


class Depth(NamedTuple):
    """What is seen of a head from one side.

    Attributes
    ----------
    mm
        From the eye to the skin, (right, up); infinite where nothing is met.
    places
        Template millimetres of what is seen, (right, up, 3).
    """

    mm: Image
    places: NDArray[np.float64]


def relief(before: Isotropic, after: Isotropic, to_template: Affine) -> dict[str, float]:
    """How much of the relief of each region is left.

    Parameters
    ----------
    before, after
        Copies of the original and of what would be released, around the middle of the face.
    to_template
        RAS millimetres of the volume to those of the template.

    Returns
    -------
    dict
        Region → per cent of its pixels in which the released skin faces the same way as the original's
        (within 10 degrees), in the view in which it is most; regions that are not in view are missing.
    """
    level = threshold(before.data)
    both = heads(before, after, level)
    found: dict[str, float] = {}
    for degrees in VIEWS.values():
        old, new = (depth(head, level, to_template, degrees) for head in both)
        seen = np.isfinite(old.mm)
        if not seen.any():
            continue
        far = float(old.mm[seen].max()) + BEHIND_MM
        alike = (_facing(old.mm, far) * _facing(new.mm, far)).sum(axis=-1) > np.cos(np.radians(ALIKE_DEGREES))
        alike &= np.isfinite(new.mm)
        for name, box in SHOWN.items():
            here = seen & box.holds(old.places.reshape(-1, 3)).reshape(seen.shape)
            if np.count_nonzero(here) >= LEAST_PIXELS:
                found[name] = max(found.get(name, 0.0), round(100 * float(alike[here].mean()), 1))
    return found


def depth(head: Isotropic, level: float, to_template: Affine, degrees: float) -> Depth:
    """The depth image of a head from one side.

    Parameters
    ----------
    head
        A head in air.
    level
        The value between air and tissue.
    to_template
        RAS millimetres of the head to those of the template.
    degrees
        From where it is looked at: 0 the front, 90 the head's left.
    """
    axes = Rotation.from_euler("z", degrees, degrees=True).as_matrix() @ np.array(
        [[-1.0, 0, 0], [0, 0, -1], [0, 1, 0]]
    )
    corner = MIDDLE + axes @ CORNER
    view = np.eye(4)
    view[:3, :3], view[:3, 3] = axes * MM, corner
    matrix = np.linalg.inv(to_template @ head.affine) @ view
    values = ndimage.affine_transform(
        head.data, matrix[:3, :3], matrix[:3, 3], SHAPE, order=1, cval=float(head.data.min())
    )
    inside = values > level
    first = inside.argmax(axis=2)
    here, before = (
        np.take_along_axis(values, at[..., None], 2)[..., 0] for at in (first, np.maximum(first - 1, 0))
    )
    between = np.where(first > 0, np.clip((here - level) / np.maximum(here - before, 1e-6), 0, 1), 0)
    mm = (first - between) * MM
    right, up = np.indices(SHAPE[:2]) * MM
    places = corner + right[..., None] * axes[:, 0] + up[..., None] * axes[:, 1] + mm[..., None] * axes[:, 2]
    return Depth(np.where(inside.any(axis=2), mm, np.inf), places)


def heads(before: Isotropic, after: Isotropic, level: float) -> tuple[Isotropic, Isotropic]:
    """The original's head in air, and what is left in its place: pieces that hang in the air too."""
    smooth = ndimage.gaussian_filter(before.data, 0.7)
    pieces, count = ndimage.label(ndimage.binary_opening(smooth > level))
    largest = 1 + int(np.bincount(pieces.ravel())[1:].argmax()) if count else 1
    place = ndimage.binary_dilation(pieces == largest, iterations=2)
    released = ndimage.gaussian_filter(after.data, 0.7)
    air = np.float32(min(float(smooth.min()), float(released.min()), level - 1))
    return before.holding(np.where(place, smooth, air)), after.holding(np.where(place, released, air))


def _facing(mm: Image, far: float) -> NDArray[np.float64]:
    """The direction in which a surface faces, (right, up, 3), of length 1."""
    surface = ndimage.gaussian_filter(np.minimum(mm, far), 0.8)
    across, along = np.gradient(surface, MM)
    normal = np.stack([-across, -along, np.ones_like(across)], axis=-1)
    return np.asarray(normal / np.linalg.norm(normal, axis=-1, keepdims=True))
