"""NIfTI volumes in and masks out."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.atomic import replacing
from cleanroom.deface.builtin import FaceResult
from cleanroom.isotropic import Affine
from cleanroom.records import FaceMask, Volume
from cleanroom.study import Study


@dataclass(frozen=True)
class Found:
    """A volume and what was found out about it."""

    volume: Volume
    result: FaceResult


def read(path: Path) -> tuple[NDArray[np.float32] | None, Affine]:
    """A volume in real units and its affine (voxel index to RAS millimetres).

    Returns
    -------
    Of four dimensions the mean over the fourth; None in place of voxels that are colours.
    """
    image = nibabel.load(path)
    affine = np.asarray(image.affine, np.float64)
    if image.get_data_dtype().fields is not None:
        return None, affine
    data = np.asarray(image.dataobj, np.float32)
    if data.ndim > 3:
        data = data.reshape(*data.shape[:3], -1).mean(axis=3, dtype=np.float32)
    return data, affine


def save_mask(study: Study, name: str, found: Found) -> FaceMask:
    """Write the mask of a volume; the same mask gives the same bytes."""
    mask = found.result.mask
    assert mask is not None
    image = nibabel.Nifti1Image(mask, np.array(found.volume.affine))
    image.header.set_xyzt_units("mm")
    with replacing(study.work / name) as part:
        part.write_bytes(gzip.compress(image.to_bytes(), compresslevel=6, mtime=0))
    return FaceMask(volume=found.volume.file, mask=name, voxels=int(mask.sum()))
