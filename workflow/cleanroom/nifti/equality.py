"""The volume to be released is what the gate accepted: the original outside the mask, the fill inside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.nifti.conversion import Output
from cleanroom.records import FaceMask, SeriesFace, Volume
from cleanroom.verify.geometry import TOLERANCE

Array = NDArray[Any]
_FEW_BITS = 4096


def difference(
    output: Output, volumes: list[Volume], face: SeriesFace | None, work: Path, covered: int
) -> str:
    """How a volume of the released series differs from what it should be; empty when it does not.

    Parameters
    ----------
    output
        Of dcm2niix on the released series.
    volumes
        Of dcm2niix on the originals.
    face
        Its masks and what they hold.
    work
        The study's folder, in which volumes and masks lie.
    covered
        How many pixels may differ where no mask is in this grid: those under text boxes, and all that were
        replaced where slices are uneven, for those have their mask in the grid of the resampled volume.
    """
    image = nibabel.Nifti1Image.from_filename(output.path)
    same = [
        volume
        for volume in volumes
        if tuple(volume.shape) == image.shape
        and np.allclose(volume.affine, image.affine, rtol=0, atol=TOLERANCE)
        and (volume.role == "resampled") == bool(output.resampled)
    ]
    if not same:
        return "its geometry is not that of a volume of the original"
    if output.resampled:
        return ""
    found = [_voxels(image, volume, face, work, covered) for volume in same]
    return "" if "" in found else found[0]


def _voxels(
    image: nibabel.Nifti1Image, volume: Volume, face: SeriesFace | None, work: Path, covered: int
) -> str:
    if not (work / volume.file).is_file():
        return "the volume of the original is gone"
    before = nibabel.Nifti1Image.from_filename(work / volume.file)
    mask = next((item for item in face.masks if item.volume == volume.file), None) if face else None
    inside = np.asarray(nibabel.load(work / mask.mask).dataobj) > 0 if mask else None
    step = max(_step(image), _step(before))
    fill = _fill(mask, face, work, inside) if mask and face and inside is not None else None
    outside, wrong = 0, 0
    for at, (new, old) in enumerate(zip(_times(image), _times(before), strict=True)):
        differs = _differs(new, old, _scale(image), _scale(before), step)
        if fill is None or inside is None:
            outside += int(differs.sum())
            continue
        outside += int((differs & ~inside).sum())
        if not new.dtype.fields:
            slope, intercept = _scale(image)
            expected = (fill[:, min(at, fill.shape[1] - 1)] - intercept) / slope
            wrong += _unfilled(new[inside], expected, step / slope, new.min(), new.max())
    if outside > covered:
        return f"{outside} voxels outside the mask are not those of the original"
    return f"{wrong} voxels inside the mask do not hold the fill" if wrong else ""


def _scale(image: nibabel.Nifti1Image) -> tuple[float, float]:
    """Slope and intercept."""
    return abs(float(image.dataobj.slope or 1)), float(image.dataobj.inter or 0)


def _times(image: nibabel.Nifti1Image) -> Iterator[Array]:
    """Stored values, one time after the other."""
    stored = image.dataobj.get_unscaled()
    if stored.ndim < 4:
        yield stored
        return
    flat = stored.reshape(*stored.shape[:3], -1, order="F")
    for at in range(flat.shape[3]):
        yield flat[..., at]


def _differs(
    new: Array, old: Array, scale: tuple[float, float], before: tuple[float, float], step: float
) -> Array:
    if scale == before or new.dtype.fields:
        return np.asarray((new != old) & ~((new != new) & (old != old)))  # noqa: PLR0124 - NaN
    real = new * np.float32(scale[0]) + np.float32(scale[1])
    return np.asarray(np.abs(real - (old * np.float32(before[0]) + np.float32(before[1]))) > step)


def _step(image: nibabel.Nifti1Image) -> float:
    """Real units between two stored values; where slopes were merged into floats that of 12 bits."""
    stored = image.dataobj.get_unscaled()
    if stored.dtype.kind != "f":
        return _scale(image)[0]
    return max(abs(float(stored.max())), abs(float(stored.min()))) * _scale(image)[0] / _FEW_BITS


def _fill(mask: FaceMask, face: SeriesFace, work: Path, inside: Array) -> Array:
    """What the masked voxels are to hold, in real units: (voxel, time), or (voxel, 1) for all times."""
    if not mask.values:
        return np.full((int(inside.sum()), 1), face.fill, np.float32)
    values = np.asanyarray(nibabel.load(work / mask.values).dataobj)
    return np.asarray(values.reshape(*inside.shape, -1)[inside])


def _unfilled(held: Array, expected: Array, step: float, low: float, high: float) -> int:
    """Masked voxels that hold something else; for a fill that pixels cannot hold the nearest counts."""
    off = np.abs(held - expected) > step * 0.51
    least = (expected < held) & (held <= low)
    most = (expected > held) & (held >= high)
    return int((off & ~least & ~most).sum())
