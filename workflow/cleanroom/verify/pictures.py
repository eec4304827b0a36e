"""What the report shows: slices and surfaces before and after, drawn from what would be released."""

import importlib
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cleanroom.verify import decoded
from cleanroom.verify.geometry import Converted
from cleanroom.verify.header import Header
from cleanroom.verify.mapped import mapped
from cleanroom.verify.subject import Series

VIEWS = ("front", "left")
THUMBNAIL = 320
"""Pixels, the longer side."""


def draw(series: Series, converted: list[Converted], passed: bool) -> list[str]:
    """Draw a series.

    Nothing that did not pass lies in ``pictures/after``: the shareable report takes all of that folder.

    Returns
    -------
    list of str
        PNG files, relative to the study's work folder.
    """
    after = Path("pictures", "after" if passed else "withheld")
    work, name = series.study.work, series.pseudonym
    before = [volume for volume in series.volumes if volume.role != "uneven"]
    if not before:
        return _thumbnail(series, after)
    shown = max(before, key=lambda volume: int(np.prod(volume.shape)))
    files = _volume(work, work / shown.file, np.array(shown.affine), Path("pictures/before"), name)
    match = next((candidate for candidate in converted if candidate.same(shown)), None)
    if match is not None:
        files = _volume(work, match.path, match.affine, after, name) + files
    return files


def _volume(work: Path, file: Path, affine: NDArray[np.float64], folder: Path, name: str) -> list[str]:
    picture = importlib.import_module("cleanroom.picture")
    image = nibabel.load(file)
    proxy = image.dataobj
    data = np.asarray(proxy[..., 0] if len(proxy.shape) > 3 else proxy)
    if data.dtype.names is not None or data.ndim != 3 or min(data.shape) < 2:
        return []
    data = data.astype(np.float32)
    drawn = {"slices": picture.slices(data, affine)}
    drawn |= {view: picture.surface(data, affine, view) for view in VIEWS}
    return [_save(work, folder / f"{name}-{kind}.png", image) for kind, image in drawn.items()]


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
    return [_save(series.study.work, folder / f"{series.pseudonym}-frame.png", image)]


def _save(work: Path, name: Path, image: Image.Image) -> str:
    target = work / name
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target)
    return str(name)
