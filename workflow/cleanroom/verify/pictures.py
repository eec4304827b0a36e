"""What the report shows: slices and surfaces before and after, drawn from what would be released."""

from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cleanroom.picture import View, middle, slices, surface
from cleanroom.verify import decoded
from cleanroom.verify.geometry import Converted
from cleanroom.verify.header import Header
from cleanroom.verify.mapped import mapped
from cleanroom.verify.subject import Series

VIEWS: tuple[View, ...] = ("front", "left")
THUMBNAIL = 320
"""Pixels, the longer side."""


def draw(series: Series, converted: list[Converted], passed: bool) -> list[str]:
    """Draw a series.

    Nothing that did not pass lies in ``pictures/after``: the shareable report takes all of that folder.

    Returns
    -------
    list of str
        PNG files, relative to the study's folder.
    """
    after = Path("pictures", "after" if passed else "withheld")
    study, name = series.study, series.pseudonym
    before = [volume for volume in series.volumes if volume.role != "uneven" and min(volume.shape[:3]) > 1]
    if not before:
        return _thumbnail(series, after)
    shown = max(before, key=lambda volume: int(np.prod(volume.shape)))
    affine = np.array(shown.affine)
    values = _values(study.work / shown.file)
    if values is None:
        return []
    at = middle(values, affine)
    files = _volume(study.folder, values, affine, at, Path("pictures/before", name))
    match = next((candidate for candidate in converted if candidate.same(shown)), None)
    cleaned = _values(match.path) if match else None
    if cleaned is not None:
        files = _volume(study.folder, cleaned, affine, at, after / name) + files
    return files


def _values(file: Path) -> NDArray[np.float32] | None:
    """The first volume of a NIfTI file; None when its voxels are colours."""
    proxy = nibabel.load(file).dataobj
    data = np.asarray(proxy[..., 0] if len(proxy.shape) > 3 else proxy)
    return None if data.dtype.names is not None else data.astype(np.float32)


def _volume(
    folder: Path, data: NDArray[np.float32], affine: NDArray[np.float64], at: NDArray[np.float64], name: Path
) -> list[str]:
    drawn = {"slices": slices(data, affine, at=at)}
    drawn |= {view: surface(data, affine, view) for view in VIEWS}
    return [_save(folder, name.with_name(f"{name.name}-{kind}.png"), image) for kind, image in drawn.items()]


def _thumbnail(series: Series, folder: Path) -> list[str]:
    """The first frame of the first instance that has pixels."""
    row = next((row for row in series.rows if row.frames), None)
    if row is None:
        return []
    path = series.study.work / "encoded" / series.released_name(row.number)
    with mapped(path) as buffer:
        frame = np.asarray(next(decoded.frames(Header(buffer), raw=False)), np.float32)
    low, high = np.percentile(frame, (1, 99)) if frame.ndim == 2 else (0.0, max(float(frame.max()), 1.0))
    grey = np.clip((frame - low) / max(high - low, 1e-6), 0, 1) * 255
    image = Image.fromarray(np.round(grey).astype(np.uint8))
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    return [_save(series.study.folder, folder / f"{series.pseudonym}-frame.png", image)]


def _save(home: Path, name: Path, image: Image.Image) -> str:
    target = home / name
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target)
    return str(name)
