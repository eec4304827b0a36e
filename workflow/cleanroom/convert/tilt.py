"""The place of volumes that dcm2niix straightened against a gantry's tilt."""

from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

_OFF = 0.01
"""Slices."""


def moved_back(path: Path, slices: Path) -> NDArray[np.float64] | None:
    """Put a straightened volume where its slices lie, in its file; the affine that it had, or None.

    dcm2niix 1.0.20260724 shears the slices rightly, but where they lean away from the first one it writes an
    affine that puts all of them some slices off. The first slice of the one volume is the first of the other.

    Parameters
    ----------
    path
        The straightened volume.
    slices
        The volume of the slices as they are: where its first one lies is right.
    """
    image, other = (
        nibabel.Nifti1Image.from_filename(path, mmap=False),
        nibabel.Nifti1Image.from_filename(slices),
    )
    before = np.array(image.affine, np.float64)
    middle = np.array([(other.shape[0] - 1) / 2, (other.shape[1] - 1) / 2, 0, 1])
    off = float((np.linalg.inv(before) @ np.asarray(other.affine) @ middle)[2])
    if abs(off) < _OFF:
        return None
    after = before.copy()
    after[:3, 3] += off * before[:3, 2]
    moved = nibabel.Nifti1Image(image.dataobj, after, image.header)
    moved.to_filename(path.with_suffix(".moved.nii"))
    path.with_suffix(".moved.nii").replace(path)
    return before
