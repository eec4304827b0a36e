"""The proof that every tool is held to, whatever its exit status says: measured on the head itself."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.registration import Pose
from cleanroom.isotropic import Affine
from cleanroom.skin import body
from cleanroom.tools.call import Given
from cleanroom.tools.regions import MM, ORIGIN, SHAPE, brain, face_on_grid, may_on_grid

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
    "gone_nose": (0.90, 1.0, "the nose can still be seen"),
    "gone_mouth": (0.80, 1.0, "the mouth can still be seen"),
    "gone_eyes": (0.40, 1.0, "the eyes can still be seen"),
}
"""Measure → least, most, what it means outside."""


def measured(
    given: Given, changed: NDArray[np.bool_], taken: NDArray[np.bool_], pose: Pose
) -> dict[str, float]:
    """Measure a tool's change of a head.

    Parameters
    ----------
    given
        What the tool was given.
    changed
        All that it changed.
    taken
        What of it would be released.
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
    changed_here, gone = (_sampled(part.astype(np.float32), to_grid, 0) > 0.5 for part in (changed, taken))
    core = (brain().data < 0.5) & seen
    region = face_on_grid() & tissue
    removed = tissue & gone
    forward, downward = _apart(removed, tissue, MM / pose.scale)
    return {
        "brain_touched": _part(core & changed_here, core),
        "elsewhere": _part(tissue & changed_here & ~may_on_grid() & ~core, tissue),
        "removed": _part(removed, tissue),
        "face_covered": _part(region & gone, region),
        "forward_mm": forward,
        "downward_mm": downward,
    } | _zones(tissue, gone)


def doubts(measures: dict[str, float], whole_head: bool = False) -> list[str]:
    """Every bound that the measures miss."""
    found = []
    for name, (least, most, meaning) in BOUNDS.items():
        if name not in measures or (
            whole_head and name in ("elsewhere", "removed", "forward_mm", "downward_mm")
        ):
            continue
        if not least <= measures[name] <= most:
            found.append(f"{meaning} ({name} {measures[name]:.3g}, trusted from {least:g} to {most:g})")
    return found


def _zones(tissue: NDArray[np.bool_], gone: NDArray[np.bool_]) -> dict[str, float]:
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


def _part(some: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
    return round(float(some.sum() / max(1, whole.sum())), 4)


def _apart(gone: NDArray[np.bool_], tissue: NDArray[np.bool_], mm: float) -> tuple[float, float]:
    if not gone.any():
        return 0.0, 0.0
    offset = np.subtract(ndimage.center_of_mass(gone), ndimage.center_of_mass(tissue)) * mm
    return round(float(offset[1]), 1), round(float(-offset[2]), 1)
