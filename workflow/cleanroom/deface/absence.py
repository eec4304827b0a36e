"""What can hold no face, told from its shape alone: a closed convex thing in air, or a trunk in every slice.

Asked only where the engines found nothing that they agree on. Headers are not asked: they are often wrong.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from cleanroom.deface.surface import CUT_VOXELS
from cleanroom.isotropic import Isotropic
from cleanroom.skin import body

Flags = NDArray[np.bool_]
ANATOMICAL = ("MR", "CT")
"""A tracer shows some organs and not the skin."""
CONVEX = 0.94
"""Of its convex hull, voxels as cubes, a bottle fills 0.98 and a fruit 0.95; heads, whose nose, chin and ears
stand out, 0.91 at most, and their neck leaves the field of view."""
NEAR_MM, FAR_MM = 4.0, 10.0
FAINT = 0.17
"""In the air so far around nothing is as bright as this part of what is inside: no neck fades away."""
TRUNK_CM2 = 450.0
"""No section of a head or neck is so large: 250 square centimetres in large adults."""
TRUNK_CONVEX = 0.92
"""Chin or arms beside a trunk make its sections less so."""
TRUNK_MM = (100.0, 600.0)
BESIDE_CM2 = 20.0
"""What else lies in a section is smaller than this."""


def absence(volume: Isotropic, modality: str) -> str:
    """Why no head can be in a volume; empty when one may be.

    Parameters
    ----------
    volume
        Isotropic RAS copy of about 2 mm, whole.
    modality
        Only of MR and CT the shape tells it.
    """
    if modality not in ANATOMICAL:
        return ""
    tissue = ndimage.binary_fill_holes(body(volume.data))
    if not tissue.any():
        return ""
    if _closed(volume, tissue):
        return (
            "what it shows is closed on all sides and convex: no head, of which nose, chin and neck are seen"
        )
    if _trunk(volume, tissue):
        return "every slice shows a trunk, larger than any head"
    return ""


def _closed(volume: Isotropic, tissue: Flags) -> bool:
    well_in_view = ndimage.binary_erosion(volume.seen, iterations=CUT_VOXELS)
    if (tissue & ~well_in_view).any() or _filling(tissue) < CONVEX:
        return False
    away = ndimage.distance_transform_edt(~tissue) * volume.mm
    around = volume.data[(away > NEAR_MM) & (away <= FAR_MM) & volume.seen]
    air = float(volume.data[volume.seen].min())
    inside = float(np.median(volume.data[tissue])) - air
    return bool(len(around)) and float(np.percentile(around, 99.5)) - air < FAINT * inside


def _trunk(volume: Isotropic, tissue: Flags) -> bool:
    levels = np.flatnonzero(volume.seen.any(axis=(0, 1)))[1:-1]
    length = len(levels) * volume.mm
    if not TRUNK_MM[0] <= length <= TRUNK_MM[1]:
        return False
    return all(_is_trunk(tissue[:, :, level], volume.mm) for level in levels)


def _is_trunk(section: Flags, mm: float) -> bool:
    labels, count = ndimage.label(section)
    areas = np.sort(np.bincount(labels.ravel())[1:])[::-1] * mm**2 / 100 if count else np.zeros(1)
    if areas[0] < TRUNK_CM2 or (len(areas) > 1 and areas[1] > BESIDE_CM2):
        return False
    edges = (section[0], section[-1], section[:, 0], section[:, -1])
    largest = labels == np.bincount(labels[labels > 0]).argmax()
    return not any(edge.any() for edge in edges) and _filling(largest) >= TRUNK_CONVEX


def _filling(shape: Flags) -> float:
    """What part of its convex hull a shape fills; corners of its voxels count."""
    border = np.argwhere(shape & ~ndimage.binary_erosion(shape)).astype(np.float64)
    steps = np.array(np.meshgrid(*[(-0.5, 0.5)] * shape.ndim)).reshape(shape.ndim, -1).T
    try:
        hull = ConvexHull((border[:, None] + steps).reshape(-1, shape.ndim))
    except (QhullError, ValueError):
        return 0.0
    return float(shape.sum() / hull.volume)
