"""What the report shows: slices and surfaces before and after, drawn from what would be released."""

from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cleanroom.picture import View, middle, slices, surface
from cleanroom.picture.head import HEAD, write_head
from cleanroom.records import Volume
from cleanroom.verify import decoded
from cleanroom.verify.geometry import Converted
from cleanroom.verify.header import Header
from cleanroom.verify.mapped import mapped
from cleanroom.verify.subject import Series

VIEWS: tuple[View, ...] = ("front", "left")
HEADS = ("face", "already_removed")
"""Decisions after which a released head can be turned around in the report."""
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
    shown = _shown(series)
    if shown is None:
        return _thumbnail(series, after)
    affine = np.array(shown.affine)
    values = _values(study.work / shown.file)
    if values is None:
        return []
    at, mask = middle(values, affine), _mask(series, shown)
    files = _volume(study.folder, values, affine, at, Path("pictures/before", name), mask=mask)
    match = next((candidate for candidate in converted if candidate.same(shown)), None)
    cleaned = _values(match.path) if match else None
    if cleaned is not None:
        files = _volume(study.folder, cleaned, affine, at, after / name, mask=mask) + files
        if passed and series.face and series.face.decision in HEADS:
            write_head(cleaned, affine, study.folder / after / f"{name}{HEAD}")
    return files


def volume_before(series: Series) -> list[str]:
    """Draw the original of a series, its mask outlined; nothing when it is flat."""
    shown = _shown(series)
    values = None if shown is None else _values(series.study.work / shown.file)
    if shown is None or values is None:
        return []
    affine = np.array(shown.affine)
    name, mask = Path("pictures/before", series.pseudonym), _mask(series, shown)
    return _volume(series.study.folder, values, affine, middle(values, affine), name, mask=mask)


def _shown(series: Series) -> Volume | None:
    """The largest volume of a series, when it has one with three dimensions."""
    volumes = [volume for volume in series.volumes if volume.role != "uneven" and min(volume.shape[:3]) > 1]
    return max(volumes, key=lambda volume: int(np.prod(volume.shape)), default=None)


def _mask(series: Series, shown: Volume) -> NDArray[np.uint8] | None:
    masks = series.face.masks if series.face else []
    mask = next((mask for mask in masks if mask.volume == shown.file), None)
    return None if mask is None else np.asarray(nibabel.load(series.study.work / mask.mask).dataobj, np.uint8)


def _values(file: Path) -> NDArray[np.float32] | None:
    """The first volume of a NIfTI file; None when its voxels are colours."""
    proxy = nibabel.load(file).dataobj
    data = np.asarray(proxy[..., 0] if len(proxy.shape) > 3 else proxy)
    return None if data.dtype.names is not None else data.astype(np.float32)


def _volume(
    folder: Path,
    data: NDArray[np.float32],
    affine: NDArray[np.float64],
    at: NDArray[np.float64],
    name: Path,
    *,
    mask: NDArray[np.uint8] | None,
) -> list[str]:
    drawn = {"slices": slices(data, affine, mask, at=at)}
    drawn |= {view: surface(data, affine, view) for view in VIEWS}
    return [save(folder, f"{name}-{kind}.png", image) for kind, image in drawn.items()]


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
    return [save(series.study.folder, f"{folder}/{series.pseudonym}-frame.png", image)]


def save(home: Path, name: str, image: Image.Image) -> str:
    """Save a picture below the study's folder; its name."""
    target = home / name
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target)
    return name
