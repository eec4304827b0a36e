"""The new skin: whose shape it has, and how it meets the skin that stays."""

import numpy as np
from scipy import ndimage

from cleanroom.deface.fill.average import Field
from cleanroom.deface.fill.place import Place, coarse, eased, smoothed

BLOCK_MM = 20.0
"""The person's own surface is kept as one number in a cube of this edge. Eyes, lips and the wings of the nose
are smaller; a bump of less than about twice this width cannot be told from its neighbour."""
MOVED_MM = 1.5
"""The surface is moved by this much at random (standard deviation)."""
MOVED_BLOCK_MM = 28.0
"""And that differs from cube to cube of this edge."""
REACH_MM = 24.0
"""Distances from the skin beyond this are all the same."""
JOIN_MM = 14.0
"""Over about this the new skin runs into that which stays."""
JOINED_MM = 20.0
"""The new skin is moved by no more than this to meet the skin that stays."""
GAUSSIAN_KEEPS = 0.34
"""What the Gaussian of ``coarse`` leaves of the spread of numbers that differ from cube to cube."""


def average_skin(place: Place) -> Field:
    """Signed distance to the average head's skin, joined to the skin that stays; millimetres."""
    return _one_piece(place, _joined(place, place.average_skin))


def coarse_skin(place: Place, random: np.random.Generator) -> Field:
    """Signed distance to the person's own skin, coarsened and moved at random, joined; millimetres.

    The random part comes from the secret voxels of the face themselves, so that nobody who has only the
    released image can take it back.
    """
    near = np.clip(place.skin, -REACH_MM, REACH_MM)
    block = round(MOVED_BLOCK_MM / place.copy.mm)
    shape = coarse(near, place.copy.mm, BLOCK_MM)
    steps = random.standard_normal([-(-n // block) for n in near.shape], np.float32)
    moved = eased(steps, block, near.shape, place.copy.mm) * np.float32(MOVED_MM / GAUSSIAN_KEEPS)
    return _one_piece(place, _joined(place, shape + moved))


def _joined(place: Place, skin: Field) -> Field:
    """Bend a new skin so that it meets the old one at the border of the mask; only what stays decides how."""
    apart = np.clip(place.skin - skin, -JOINED_MM, JOINED_MM) * place.stays
    bend = smoothed(place.beside(apart.astype(np.float32)), place.copy.mm, place.copy.mm)
    joined = skin + bend * np.exp(-((place.within_mm / np.float32(JOIN_MM)) ** 2))
    return np.asarray(np.where(place.stays, place.skin, joined), np.float32)


def _one_piece(place: Place, skin: Field) -> Field:
    """Without crumbs: what is not joined to the rest of the head becomes air."""
    labels, count = ndimage.label(skin < 0)
    if count < 2:
        return skin
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    crumb = (labels > 0) & (labels != sizes.argmax()) & ~place.stays
    return np.asarray(np.where(crumb, place.copy.mm, skin), np.float32)
