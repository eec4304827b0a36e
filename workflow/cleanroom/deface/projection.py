"""Pictures that look through the head: CT scouts and projected maxima, on which the profile shows the face.

The mask of another series of the frame of reference is thrown onto the picture along its beam. CT scouts are
taken with a fan whose source is above, beside or below: the mask is thrown as by a source on either side and
by parallel beams, and every pixel that any of them reaches goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.donor import Donor
from cleanroom.deface.head import BOX_MM
from cleanroom.deface.mask import Extent, carried
from cleanroom.isotropic import Affine
from cleanroom.skin import threshold

LOCALIZER = "LOCALIZER"
MAXIMA = frozenset(("PROJECTION IMAGE", "MIP", "MAX_IP"))
"""Values of Image Type (PS3.3 C.8.2.1.1.1, C.7.6.1.1.2, and a vendor's word)."""
SOURCE_MM = 540.0
"""From the source of a scanner to its axis, the shortest that is common: the widest fan."""
GRID_MM = 2.0
CHIN_MM = -100.0
"""Of the template: what lies lower, neck and shoulders, moves by itself."""
RING_MM = 24.0
"""So far around the shadow of the head there must be air, but where neck and shoulders are."""
REACH_MM, STEP_MM = 40.0, 4.0
"""How far the head is looked for in the picture, and how finely."""
MOST_MOVED_MM = 9.0
LEAST_CONTRAST = 0.7
"""Of the head's shadow so much more than of the ring around it must be tissue: a table or headrest in the
ring hides where the head ends (0.5, and the place is wrong by 25 mm)."""
MARGIN_MM = 10.0
"""A scout tells less well than a volume whether the head moved: its mask is wider by this."""
LEAST_PIXELS = 100
FLAT = 0.5
"""A CT slice whose normal leans more than 60 degrees from the table's axis was not taken as a slice."""

Shadow = NDArray[np.bool_]


@dataclass(frozen=True)
class Fit:
    """The head of the donor against a picture.

    Attributes
    ----------
    pixels
        Pixels in the shadow of the donor's head.
    moved_mm
        How far the head in the picture lies from that shadow, along the picture.
    contrast
        There, how much more of the shadow than of the ring around it is tissue, 1 at best.
    """

    pixels: int
    moved_mm: float
    contrast: float

    @property
    def in_place(self) -> bool:
        """Whether the picture shows the head there."""
        shown = self.pixels >= LEAST_PIXELS and self.contrast >= LEAST_CONTRAST
        return shown and self.moved_mm <= MOST_MOVED_MM


def projects(modality: str, image_type: str, shape: tuple[int, ...], affine: Affine) -> bool:
    """Whether a volume is a picture through the body: by its header or, in CT, by how its slice lies."""
    kinds = set(image_type.upper().split("\\"))
    if modality == "CT" and LOCALIZER in kinds:
        return True
    if min(shape[:3]) != 1:
        return False
    return bool(kinds & MAXIMA) or (modality == "CT" and abs(_normal(shape, affine)[2]) < FLAT)


def fit(data: NDArray[np.float32], affine: Affine, donor: Donor) -> Fit:
    """Whether a picture, shape (i, j, 1) in any order of axes, shows the head where the donor's lies."""
    flat = int(np.argmin(data.shape))
    sizes = np.delete(np.sqrt((affine[:3, :3] ** 2).sum(axis=0)), flat)
    places = donor.skin.points(np.argwhere((donor.skin.data < 0) & donor.skin.seen).astype(np.float64))
    upward = donor.pose.to_template[2]
    above = places @ upward[:3] + upward[3] > CHIN_MM
    head, whole = (
        _thrown(some, data.shape, affine, donor.skin.mm, fan=False).squeeze(flat)
        for some in (places[above], places)
    )
    if int(head.sum()) < LEAST_PIXELS:
        return Fit(int(head.sum()), REACH_MM, 0.0)
    near = ndimage.distance_transform_edt(~head, sampling=sizes) <= RING_MM
    ring = near & (ndimage.distance_transform_edt(~whole, sampling=sizes) > donor.skin.mm)
    values = np.nan_to_num(data).squeeze(flat)
    values = values - values.min()
    tissue = values > threshold(values[near])
    found = [
        (float(there[head].mean() - (there[ring].mean() if ring.any() else 0.0)), -moved)
        for moved, there in _shifted(tissue, sizes)
    ]
    contrast, moved = max(found)
    return Fit(int(head.sum()), -moved, contrast)


def _shifted(tissue: Shadow, sizes: NDArray[np.float64]) -> Iterator[tuple[float, Shadow]]:
    """The picture moved along itself, and by how many millimetres."""
    steps = np.arange(-REACH_MM, REACH_MM + STEP_MM / 2, STEP_MM)
    for down, across in product(steps, steps):
        by = np.rint(np.array([down, across]) / sizes).astype(int)
        yield float(np.hypot(down, across)), np.roll(tissue, by, axis=(0, 1))


def shadow(shape: tuple[int, ...], affine: Affine, donor: Donor, extent: Extent) -> NDArray[np.uint8]:
    """The mask of the donor on a picture: uint8 of its shape; the ears, which hide in the head, are left out.

    Raises
    ------
    ValueError
        When the volume is not a single picture.
    """
    count = round(2 * BOX_MM / GRID_MM)
    grid = np.diag([GRID_MM, GRID_MM, GRID_MM, 1.0])
    grid[:3, 3] = donor.centre - BOX_MM
    wide = extent._replace(margin_mm=extent.margin_mm + MARGIN_MM, ears=False)
    mask = carried((count, count, count), grid, donor.pose, wide)
    places = np.argwhere(mask).astype(np.float64) * GRID_MM + grid[:3, 3]
    return _thrown(places, shape, affine, GRID_MM, fan=True).astype(np.uint8)


def _normal(shape: tuple[int, ...], affine: Affine) -> NDArray[np.float64]:
    """Along the beam: across the two axes of the picture."""
    first, second = (affine[:3, axis] for axis in range(3) if axis != int(np.argmin(shape[:3])))
    across = np.cross(first, second)
    return np.asarray(across / max(float(np.linalg.norm(across)), 1e-9))


def _thrown(
    places: NDArray[np.float64], shape: tuple[int, ...], affine: Affine, mm: float, *, fan: bool
) -> Shadow:
    """The pixels that points, (n, 3) RAS millimetres and ``mm`` apart, reach along the beam."""
    if min(shape[:3]) != 1:
        raise ValueError("a projection has one slice")
    normal = _normal(shape, affine)
    middle = affine[:3, :3] @ ((np.array(shape[:3]) - 1) / 2) + affine[:3, 3]
    depth = (places - middle) @ normal
    spread = np.cross(normal, [0.0, 0.0, 1.0])
    spread /= max(float(np.linalg.norm(spread)), 1e-9)
    aside = (places - middle) @ spread
    reached = np.zeros(shape[:3], bool)
    to_voxel = np.linalg.inv(affine)
    flat = int(np.argmin(shape[:3]))
    for source in (np.inf, SOURCE_MM, -SOURCE_MM) if fan else (np.inf,):
        grown = aside * (1 / (1 - depth / source) - 1)
        voxel = np.rint((places + np.outer(grown, spread)) @ to_voxel[:3, :3].T + to_voxel[:3, 3])
        voxel[:, flat] = 0
        voxel = voxel[((voxel >= 0) & (voxel < shape[:3])).all(axis=1)].astype(np.intp)
        reached[tuple(voxel.T)] = True
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    ball = [1 if axis == flat else 2 * int(np.ceil(mm / sizes[axis])) + 1 for axis in range(3)]
    return np.asarray(ndimage.binary_closing(reached, np.ones(ball))) | reached
