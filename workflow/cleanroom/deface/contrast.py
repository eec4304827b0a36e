"""Intensities made comparable to the template's: a T1-weighted head."""

import numpy as np

from cleanroom.isotropic import Isotropic
from cleanroom.skin import HOUNSFIELD_AIR

HOUNSFIELD = (-1000, -250, -110, -60, 0, 20, 80, 150, 300, 3000)
LIKE_T1 = (0, 0, 450, 450, 250, 300, 320, 200, 60, 40)
"""What air, fat, water, soft tissue and bone of these Hounsfield units look like in the template."""
SOFT_TISSUE = (-300.0, 300.0)
"""Hounsfield units: wider, and mutual information sees only bone against air."""
BRIGHTEST = 99.5
"""Per cent of the voxels; what is brighter (vessels, fat near the coil) is cut."""


def is_hounsfield(volume: Isotropic) -> bool:
    """Whether the values are Hounsfield units: no MR or PET image is so negative."""
    return float(volume.data.min()) < HOUNSFIELD_AIR


def like_t1(volume: Isotropic) -> Isotropic:
    """CT drawn with the brightness of a T1-weighted image; others with their brightest values cut."""
    if is_hounsfield(volume):
        return volume.holding(np.interp(volume.data, HOUNSFIELD, LIKE_T1).astype(np.float32))
    return _cut(volume, float(volume.data.min()), float(np.percentile(volume.data, BRIGHTEST)))


def windowed(volume: Isotropic) -> Isotropic:
    """Soft tissue alone of CT; others with their brightest values cut."""
    if is_hounsfield(volume):
        return _cut(volume, *SOFT_TISSUE)
    return _cut(volume, float(volume.data.min()), float(np.percentile(volume.data, BRIGHTEST)))


def _cut(volume: Isotropic, low: float, high: float) -> Isotropic:
    return volume.holding(np.clip(volume.data, low, high))
