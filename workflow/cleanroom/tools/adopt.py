"""From what a tool wrote to a mask: found by its result, carried back, compared, and held to the face."""

from dataclasses import dataclass, field
from pathlib import Path

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.config import SkinLeft
from cleanroom.deface.anatomy import anatomy
from cleanroom.deface.registration import Pose
from cleanroom.isotropic import Affine
from cleanroom.tools.call import Given, own
from cleanroom.tools.proof import doubts, measured
from cleanroom.tools.regions import allowed, brain, face, inside

Mask = NDArray[np.bool_]
SAME_MM = 0.05
CHANGED = 0.005
"""Of the range of the values: what a tool's rounding alone does not change."""
RESAMPLED = 0.05
"""The same where a result had to be interpolated back."""
RESCALED = 0.002
CLOSED_MM, COARSE_MM = 4.0, 2.0
_VOLUMES = ("*.nii", "*.nii.gz", "*.mgz", "*.mgh")


class Unusable(Exception):
    """A result that cannot be compared with what the tool was given."""


@dataclass(frozen=True)
class Adopted:
    """What is taken of a tool's result for one volume.

    Attributes
    ----------
    mask
        uint8 in the volume's own grid, 1 where the tool's change is taken.
    values
        (n,) what the tool put there, in real units.
    measures
        Numbers for the report.
    doubts
        Why it is not plausible; empty when it is.
    """

    mask: NDArray[np.uint8]
    values: NDArray[np.float32]
    measures: dict[str, float] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def written(folder: Path, patterns: list[str]) -> Path:
    """The file or folder that a tool wrote; the first pattern that something matches counts.

    Raises
    ------
    Unusable
        When there is none.
    """
    found = next((sorted(folder.glob(pattern)) for pattern in patterns if any(folder.glob(pattern))), [])
    if not found:
        raise Unusable("it wrote no result")
    return found[0]


def volume_in(path: Path) -> Path:
    """A file; of a folder, which some tools make of a name they do not know, the one volume in it.

    Raises
    ------
    Unusable
        When more than one could be meant.
    """
    if path.is_file():
        return path
    inner = [item for pattern in _VOLUMES for item in sorted(path.rglob(pattern)) if "mask" not in item.name]
    if len(inner) != 1:
        raise Unusable(f"its result is a folder with {len(inner)} volumes in it")
    return inner[0]


def read_result(path: Path) -> tuple[NDArray[np.float32], Affine]:
    """A result of three dimensions.

    Raises
    ------
    Unusable
        When it cannot be read, or does not hold one volume of numbers.
    """
    try:
        image = nibabel.load(path)
        data = np.asarray(image.dataobj, np.float32)
    except (OSError, ValueError, TypeError, EOFError, ImageFileError) as error:
        raise Unusable(f"its result cannot be read ({type(error).__name__})") from None
    affine = np.asarray(image.affine, np.float64)
    data = data.reshape(data.shape[:3]) if data.ndim > 3 and data.size == np.prod(data.shape[:3]) else data
    if data.ndim != 3 or not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-6:
        raise Unusable(f"its result is no volume: {' x '.join(map(str, data.shape))}")
    if not np.isfinite(data).all():
        raise Unusable("its result holds values that are no numbers")
    return data, affine


@dataclass(frozen=True)
class Terms:
    """On what terms a tool's result is taken.

    Attributes
    ----------
    refaced
        Whether the tool puts other values in place of the face.
    whole_head
        Whether its change of the scalp is taken too.
    left
        How much of each part of the face may be left.
    ears
        Whether the ears go, whatever the tool does with them.
    added
        What else goes, in the grid of what the tool was given: the builtin's mask, or nothing.
    fill
        What stands in real units where something was added.
    """

    refaced: bool
    whole_head: bool
    left: SkinLeft
    ears: bool
    added: Mask | None = None
    fill: float = 0.0


def adopt(given: Given, own_affine: Affine, path: Path, pose: Pose, terms: Terms) -> Adopted:
    """Compare a tool's result with what it was given, and take its change where the face is.

    Parameters
    ----------
    given
        What the tool was given, in standard orientation.
    own_affine
        Of the volume in its own orientation.
    path
        The tool's result, on any grid.
    pose
        Where the template lies.
    terms
        What is taken.

    Raises
    ------
    Unusable
        When the result cannot be compared.
    """
    back, interpolated = carried_back(*read_result(path), given)
    shape, affine = given.data.shape, given.affine
    back, scale = _unscaled(back, given.data, inside(brain(), 0.5, shape, affine, pose))
    low, high = np.percentile(given.data, (0.5, 99.5))
    tolerance = (RESAMPLED if interpolated else CHANGED) * max(float(high - low), 1e-6)
    changed = ~(np.abs(back - given.data) <= tolerance)
    may = inside(allowed(terms.whole_head), 0, shape, affine, pose)
    taken = _one_piece(changed & may, inside(face(), 0, shape, affine, pose), affine) & may
    gone = taken.copy()
    if terms.ears:
        gone |= inside(anatomy().ears, 0, shape, affine, pose)
    if terms.added is not None:
        gone |= terms.added
    measures = measured(given, changed, taken, gone, pose) | {"rescaled": scale}
    values = np.where(taken, np.nan_to_num(back) - np.float32(given.shift), np.float32(terms.fill))
    mask = own(gone, own_affine) > 0
    return Adopted(
        mask.astype(np.uint8),
        own(values, own_affine)[mask].astype(np.float32) if terms.refaced else np.zeros(0, np.float32),
        measures,
        tuple(doubts(measures, terms.left, terms.whole_head)),
    )


def carried_back(data: NDArray[np.float32], affine: Affine, given: Given) -> tuple[NDArray[np.float32], bool]:
    """A result on the grid of what the tool was given, by affine; not a number where it shows nothing.

    Returns
    -------
    The values, and whether they had to be interpolated.
    """
    to_result = np.linalg.inv(affine) @ given.affine
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in given.data.shape], indexing="ij")).reshape(3, -1)
    there = to_result[:3, :3] @ corners + to_result[:3, 3:]
    size = float(np.sqrt((affine[:3, :3] ** 2).sum(axis=0)).max())
    if data.shape == given.data.shape and np.abs(there - corners).max() * size < SAME_MM:
        return data, False
    exact = np.abs(there - np.rint(there)).max() * size < SAME_MM
    carried = ndimage.affine_transform(
        data, to_result[:3, :3], to_result[:3, 3], given.data.shape, order=0 if exact else 1, cval=np.nan
    )
    return np.asarray(carried), not exact


def _unscaled(
    back: NDArray[np.float32], data: NDArray[np.float32], core: Mask
) -> tuple[NDArray[np.float32], float]:
    """Take back a change of scale and level of the whole volume, as the brain shows it; and the scale."""
    both = core & np.isfinite(back)
    if both.sum() < 1000 or float(np.ptp(data[both])) == 0:
        return back, 1.0
    before, after = data[both].astype(np.float64), back[both].astype(np.float64)
    scale, level = np.polyfit(before, after, 1)
    off = np.abs(after - scale * before - level)
    close = off <= np.median(off) * 4 + 1e-9
    scale, level = np.polyfit(before[close], after[close], 1) if np.ptp(before[close]) else (scale, level)
    spread = float(np.ptp(before))
    if scale <= 0 or (abs(scale - 1) < RESCALED and abs(level) < RESCALED * spread):
        return back, 1.0
    return ((back - level) / scale).astype(np.float32), round(float(scale), 4)


def _one_piece(changed: Mask, region: Mask, affine: Affine) -> Mask:
    """The pieces of a change that reach into the face, holes closed: bone and airways held air before."""
    labels, count = ndimage.label(changed)
    if not count:
        return changed
    touching = np.unique(labels[region & changed])
    found = np.isin(labels, touching[touching > 0])
    where = ndimage.find_objects(found.astype(np.int8))
    return found if not where or where[0] is None else _closed(found, where[0], affine)


def _closed(found: Mask, where: tuple[slice, ...], affine: Affine) -> Mask:
    """The mask with its holes and clefts closed, on a grid of about 2 mm."""
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    steps = [max(1, round(COARSE_MM / size)) for size in sizes]
    rim = 1 + round(CLOSED_MM / COARSE_MM)
    coarse = np.pad(found[where][tuple(slice(None, None, step) for step in steps)], rim)
    spacing = tuple(size * step for size, step in zip(sizes, steps, strict=True))
    away = ndimage.distance_transform_edt(~coarse, sampling=spacing) > CLOSED_MM
    closed = ndimage.binary_fill_holes(ndimage.distance_transform_edt(~away, sampling=spacing) > CLOSED_MM)
    inner = closed[tuple(slice(rim, -rim) for _ in range(3))]
    for axis, step in enumerate(steps):
        inner = np.repeat(inner, step, axis=axis)
    part = found[where]
    found[where] = part | inner[tuple(slice(size) for size in part.shape)]
    return found
