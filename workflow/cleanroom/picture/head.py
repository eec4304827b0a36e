"""A small copy of a released head, to be turned around in the report."""

import gzip
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.isotropic import Affine, isotropic
from cleanroom.skin import HOUNSFIELD_AIR

HEAD = "-head.nii.gz"
"""How its file name ends."""
MM = 2.5
MOST = 1_500_000
"""Voxels; a larger volume is made coarser."""
TISSUE = (-400.0, 600.0)
"""Hounsfield units from black to white."""


def write_head(data: NDArray[np.float32], affine: Affine, target: Path) -> None:
    """Write a volume as uint8 NIfTI on an even grid of 2.5 mm or coarser.

    Parameters
    ----------
    data
        Shape (i, j, k), as released.
    affine
        Voxel index to RAS millimetres.
    target
        The file; equal volumes give equal bytes.
    """
    sides = np.sqrt((affine[:3, :3] ** 2).sum(axis=0)) * data.shape
    mm = max(MM, float((np.prod(sides) / MOST) ** (1 / 3)))
    copy = isotropic(data, affine, mm)
    low, high = TISSUE
    if copy.data.min() >= HOUNSFIELD_AIR:
        low, high = float(copy.data.min()), float(np.percentile(copy.data, 99.7))
    grey = np.clip((copy.data - low) / max(high - low, 1e-6), 0, 1) * 255
    image = nibabel.Nifti1Image(np.round(grey).astype(np.uint8), copy.affine)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(image.to_bytes(), 6, mtime=0))
