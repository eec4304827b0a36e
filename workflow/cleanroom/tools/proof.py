"""The proof that every tool is held to, whatever its exit status says: measured on the head itself."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.config import SkinLeft
from cleanroom.deface.registration import Pose
from cleanroom.isotropic import Affine
from cleanroom.skin import body
from cleanroom.tools.call import Given
from cleanroom.tools.regions import MM, ORIGIN, SHAPE, brain, face_on_grid, may_on_grid

Mask = NDArray[np.bool_]

RECEDES_MM = 5.0
ZONES = {"eyes": ((-45.0, -14.0), 45.0), "nose": ((-75.0, -48.0), 20.0), "mouth": ((-110.0, -82.0), 28.0)}
"""Zone → its height in the template, and how far it reaches to each side of the midplane, millimetres."""
LEAST_COLUMNS = 30
"""Fewer lines of sight than this into a zone say nothing: it lies outside the field of view."""

BOUNDS: dict[str, tuple[float, float, str]] = {
    "brain_touched": (0.0, 0.005, "it changed the brain"),
    "elsewhere": (0.0, 0.03, "it changed the head where no face is"),
    "removed": (0.02, 0.40, "the part of the head that it changed is not that of a face"),
    "forward_mm": (20.0, 150.0, "what it changed does not lie in front of the head's centre"),
    "downward_mm": (5.0, 150.0, "what it changed does not lie below the head's centre"),
}
"""Measure → least, most, what it means outside."""
REGIONAL = ("elsewhere", "removed", "forward_mm", "downward_mm")
"""Not asked of a tool whose change of the whole scalp is taken."""


def measured(given: Given, changed: Mask, taken: Mask, gone: Mask, pose: Pose) -> dict[str, float]:
    """Measure a tool's change of a head.

    Parameters
    ----------
    given
        What the tool was given.
    changed
        All that it changed.
    taken
        What of it would be released.
    gone
        That, and what is added to it.
    pose
        Where the template lies.

    Returns
    -------
    ``brain_touched``: fraction of the template's brain that changed; ``elsewhere``: of the head's tissue that
    changed where no face is; ``removed``: of its tissue that would go; ``face_covered``: of the builtin's
    face region; ``forward_mm``, ``downward_mm``: where the centre of what goes lies; ``gone_eyes``,
    ``gone_nose``, ``gone_mouth``: fraction of the lines of sight from the front that no longer meet the skin,
    left out where the zone is not in view.
    """
    to_grid = pose.to_template @ given.affine
    seen = _sampled(np.ones(given.data.shape, np.float32), to_grid, 0) > 0.5
    tissue = body(_sampled(given.data, to_grid, float(given.data.min()))) & seen
    parts = (_sampled(part.astype(np.float32), to_grid, 0) > 0.5 for part in (changed, taken, gone))
    changed_here, taken_here, gone_here = parts
    core = (brain().data < 0.5) & seen
    region = face_on_grid() & tissue
    removed = tissue & taken_here
    forward, downward = _apart(removed, tissue, MM / pose.scale)
    return {
        "brain_touched": _part(core & changed_here, core),
        "elsewhere": _part(tissue & changed_here & ~may_on_grid() & ~core, tissue),
        "removed": _part(removed, tissue),
        "face_covered": _part(region & gone_here, region),
        "forward_mm": forward,
        "downward_mm": downward,
    } | _zones(tissue, gone_here)


def doubts(measures: dict[str, float], left: SkinLeft, whole_head: bool = False) -> list[str]:
    """Every bound that the measures miss.

    Parameters
    ----------
    measures
        Of :func:`measured`.
    left
        How much of each part of the face may be left: what the gate allows too.
    whole_head
        Whether the tool's change of the whole scalp is taken.
    """
    bounds = {name: bound for name, bound in BOUNDS.items() if not (whole_head and name in REGIONAL)}
    allowed = left.model_dump()
    for zone in ZONES:
        bounds[f"gone_{zone}"] = (1 - allowed[zone] / 100, 1.0, f"the {zone} can still be seen")
    return [
        f"{meaning} ({name} {measures[name]:.3g}, trusted from {least:g} to {most:g})"
        for name, (least, most, meaning) in bounds.items()
        if name in measures and not least <= measures[name] <= most
    ]


def _zones(tissue: Mask, gone: Mask) -> dict[str, float]:
    """How much of each zone the eye no longer meets, looking from the front."""
    last = tissue.shape[1] - 1
    any_before = tissue.any(axis=1)
    before = last - tissue[:, ::-1].argmax(axis=1)
    left = tissue & ~gone
    after = np.where(left.any(axis=1), last - left[:, ::-1].argmax(axis=1), -(10**3))
    receded = (before - after) * MM >= RECEDES_MM
    x, z = (start + MM * np.arange(size) for start, size in ((ORIGIN[0], SHAPE[0]), (ORIGIN[2], SHAPE[2])))
    front = ORIGIN[1] + MM * before > 40
    found = {}
    for name, ((low, high), aside) in ZONES.items():
        lateral = np.abs(x + 6 - 0.055 * 90)[:, None]
        zone = any_before & front & (lateral < aside) & ((z >= low) & (z <= high))[None, :]
        if zone.sum() >= LEAST_COLUMNS:
            found[f"gone_{name}"] = round(float(receded[zone].mean()), 3)
    return found


def _sampled(data: NDArray[np.float32], to_template: Affine, outside: float) -> NDArray[np.float32]:
    grid = np.diag([MM, MM, MM, 1.0])
    grid[:3, 3] = ORIGIN
    matrix = np.linalg.inv(to_template) @ grid
    return np.asarray(
        ndimage.affine_transform(data, matrix[:3, :3], matrix[:3, 3], SHAPE, order=1, cval=outside)
    )


def _part(some: Mask, whole: Mask) -> float:
    return round(float(some.sum() / max(1, whole.sum())), 4)


def _apart(gone: Mask, tissue: Mask, mm: float) -> tuple[float, float]:
    if not gone.any():
        return 0.0, 0.0
    offset = np.subtract(ndimage.center_of_mass(gone), ndimage.center_of_mass(tissue)) * mm
    return round(float(offset[1]), 1), round(float(-offset[2]), 1)
