"""NIfTI volumes in and masks out."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.atomic import replacing
from cleanroom.config import FaceRule
from cleanroom.deface.builtin import FaceResult
from cleanroom.deface.mask import Extent
from cleanroom.deface.tools import TOOLS
from cleanroom.isotropic import Affine
from cleanroom.records import FaceMask, Volume
from cleanroom.study import Study


@dataclass(frozen=True)
class Place:
    """A volume that is to be looked at, and how.

    Attributes
    ----------
    volume
        The volume.
    rule
        What the config says about its series.
    modality
        Of its series.
    through
        Whether it is a picture that looks through the body (:mod:`cleanroom.deface.projection`).
    """

    volume: Volume
    rule: FaceRule
    modality: str
    through: bool = False

    def registered(self, study: Study, extent: Extent) -> FaceResult:
        """What the builtin tool finds out about it by itself."""
        data, affine = read(study.work / self.volume.file)
        if data is None:
            return FaceResult("unsure", "its voxels are colours")
        return TOOLS["builtin"](data, affine, self.modality, extent)


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
    data, affine = read_times(path)
    if data is not None and data.ndim > 3:
        data = data.mean(axis=3, dtype=np.float32)
    return data, affine


def read_times(path: Path) -> tuple[NDArray[np.float32] | None, Affine]:
    """A volume as ``read`` does, with all its time points; of complex values the magnitude."""
    image = nibabel.load(path)
    affine = np.asarray(image.affine, np.float64)
    if image.get_data_dtype().fields is not None:
        return None, affine
    values = np.asarray(image.dataobj)
    data = np.asarray(np.abs(values) if np.iscomplexobj(values) else values, np.float32)
    return data.reshape(*data.shape[:3], -1) if data.ndim > 4 else data, affine


def brightness(study: Study, volume: Volume) -> tuple[NDArray[np.float32], Affine]:
    """A volume as ``read`` does, of colours their mean."""
    data, affine = read(study.work / volume.file)
    if data is not None:
        return data, affine
    colours = np.asarray(nibabel.load(study.work / volume.file).dataobj)
    assert colours.dtype.names is not None
    channels = [np.asarray(colours[name], np.float32) for name in colours.dtype.names]
    return np.mean(channels, axis=0, dtype=np.float32).reshape(*colours.shape[:3], -1).mean(axis=3), affine


def read_mask(path: Path) -> NDArray[np.uint8]:
    """A mask as it was written."""
    return np.asarray(nibabel.load(path).dataobj, np.uint8)


def save_mask(study: Study, name: str, found: Found) -> FaceMask:
    """Write the mask of a volume; the same mask gives the same bytes."""
    mask = found.result.mask
    assert mask is not None
    _save(study.work / name, mask, found.volume, compression=6)
    pose = [] if found.result.pose is None else found.result.pose.to_template.round(6).tolist()
    return FaceMask(volume=found.volume.file, mask=name, voxels=int(mask.sum()), pose=pose)


def save_values(study: Study, name: str, found: Found, values: NDArray[np.float32]) -> str:
    """Write what the masked voxels are to hold, (n,) or (n, t), in the volume's grid; the name.

    The same values give the same bytes.
    """
    assert found.result.mask is not None
    inside = found.result.mask > 0
    whole = np.zeros((*inside.shape, *values.shape[1:]), np.float32)
    whole[inside] = values
    _save(study.work / name, whole, found.volume, compression=1)
    return name


def _save(
    path: Path, data: NDArray[np.float32] | NDArray[np.uint8], volume: Volume, compression: int
) -> None:
    image = nibabel.Nifti1Image(data, np.array(volume.affine))
    image.header.set_xyzt_units("mm")
    with replacing(path) as part:
        part.write_bytes(gzip.compress(image.to_bytes(), compresslevel=compression, mtime=0))
