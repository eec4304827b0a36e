"""Check 7, measured: what is left of the skin of a face where its voxels were replaced."""

from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.config import Verify
from cleanroom.deface.candidate import unfit
from cleanroom.deface.engines import located
from cleanroom.isotropic import Affine, isotropic
from cleanroom.records import FaceMask, SeriesFace, Volume
from cleanroom.verify.bearing import bearing
from cleanroom.verify.geometry import Converted
from cleanroom.verify.relief import relief
from cleanroom.verify.remains import Remains, brain_changed, face, fit_mm, remains
from cleanroom.verify.subject import Series

CERTAIN = 0.5
"""So much of the template's facial skin lies on skin where the gate has found a head: 0.57 to 0.88 of eight
heads, 0.35 and 0.09 of a perfusion series and what is computed from it, in which no face can be told."""

Measures = dict[str, float]


def measured(series: Series, converted: list[Converted]) -> list[Measures]:
    """Measure every volume of a series whose face was removed.

    Parameters
    ----------
    series
        What the steps before decided.
    converted
        Its volumes, converted anew from what would be released.

    Returns
    -------
    list
        For each volume that can be measured (not too thin, and its head was located):
        ``<region>_left_percent``, ``<region>_receded_mm`` and ``<region>_relief_percent``; ``fit_mm``
        (template to skin), ``pose_off_mm`` (from the pose that was written down to the gate's own) and
        ``brain_voxels`` (of 2 mm, replaced in the middle of the brain).
    """
    decided = series.face
    if decided is None or decided.decision != "face" or decided.tool == "none":
        return []
    left = list(converted)
    found = []
    for mask in decided.masks:
        volume = next((volume for volume in series.volumes if volume.file == mask.volume), None)
        after = None if volume is None else next((one for one in left if one.same(volume)), None)
        if volume is None or after is None:
            continue
        left.remove(after)
        if mask.pose or decided.tool != "builtin":
            near_mm = series.study.config.verify.near_mm
            measures = _measured(series.study.work, volume, mask, after.path, near_mm)
            found += [measures] if measures else []
    return found


def findings(series: Series, measures: list[Measures]) -> list[str]:
    """Which measures lie beyond what the config allows."""
    if series.face is None:
        return []
    return [
        text for one in measures for text in _beyond(one, series.face, series.study.config.verify, series)
    ]


def worst(measures: list[Measures]) -> Measures:
    """One set of measures for a series: of every measure the most doubtful value."""
    names = {name for one in measures for name in one}
    pick = {name: min if name.endswith("_receded_mm") else max for name in names}
    return {name: pick[name](one[name] for one in measures if name in one) for name in sorted(names)}


def _beyond(one: Measures, decided: SeriesFace, bounds: Verify, series: Series) -> list[str]:
    if one.get("pose_off_mm", 0.0) > bounds.pose_off_mm:
        return [
            f"eyes, nose, mouth and ears lie {one['pose_off_mm']:g} mm from where they were looked for, more "
            f"than {bounds.pose_off_mm:g} (verify.pose_off_mm)"
        ]
    if one["fit_mm"] > bounds.fit_mm:
        return [
            "where eyes, nose and mouth are is not certain: the template's skin lies "
            f"{one['fit_mm']:g} mm from that of the head, more than {bounds.fit_mm:g} (verify.fit_mm)"
        ]
    filled = any(mask.values for mask in decided.masks)
    found = []
    for region, bound in bounds.skin_left_percent.model_dump().items():
        if region == "ears" and not series.study.config.faces.ears:
            continue
        most = max(bound, bounds.filled_left_percent) if filled else bound
        left = one.get(f"{region}_left_percent", 0.0)
        if left > most:
            key = "verify.filled_left_percent" if filled else f"verify.skin_left_percent.{region}"
            found.append(f"{left:g} % of the skin of the {region} is left, more than {most:g} ({key})")
    found += _relief(one, bounds, filled)
    if one["brain_voxels"]:
        found.append(f"{one['brain_voxels']:g} voxels of 2 mm in the middle of the brain were replaced")
    return found


def _relief(one: Measures, bounds: Verify, filled: bool) -> list[str]:
    """Regions whose relief is still that of the original."""
    key = "filled_left_percent" if filled else "relief_left_percent"
    most = max(bounds.relief_left_percent, bounds.filled_left_percent if filled else 0.0)
    left = [
        f"{value:g} % of the relief of the {name.removesuffix('_relief_percent')}"
        for name, value in one.items()
        if name.endswith("_relief_percent") and value > most
    ]
    return [f"{', '.join(left)} is left, more than {most:g} (verify.{key})"] if left else []


def _measured(work: Path, volume: Volume, mask: FaceMask, after: Path, near_mm: float) -> Measures:
    """The measures of one volume; none of a volume that is too thin to tell a face in."""
    affine = np.array(volume.affine)
    before = _mean(work / volume.file)
    if before is None or unfit(before.shape, affine):
        return {}
    to_template = np.array(mask.pose) if mask.pose else _located(before, affine)
    if to_template is None:
        return {"fit_mm": 999.0, "brain_voxels": 0.0}
    released, inside = _mean(after), _mean(work / mask.mask)
    assert released is not None
    assert inside is not None
    old, new = (face(data, affine, to_template) for data in (before, released))
    found: dict[str, Remains] = remains(old, new, to_template, near_mm)
    measures = {"fit_mm": min(fit_mm(old, to_template), 999.0)}
    measures["brain_voxels"] = float(
        brain_changed(face((inside > 0).astype(np.float32), affine, to_template), to_template)
    )
    own = bearing(old, to_template)
    if own.lying >= CERTAIN:
        measures["pose_off_mm"] = own.off_mm
        old, new = (face(data, affine, own.to_template) for data in (before, released))
        for region, percent in relief(old, new, own.to_template).items():
            measures[f"{region}_relief_percent"] = percent
    for region, left in found.items():
        measures[f"{region}_left_percent"] = left.left_percent
        measures[f"{region}_receded_mm"] = min(left.receded_mm, 999.0)
    return measures


def _located(data: NDArray[np.float32], affine: Affine) -> Affine | None:
    """Where the head lies, when the tool that removed the face did not say."""
    try:
        return located(isotropic(data, affine)).to_template
    except RuntimeError:
        return None


def _mean(path: Path) -> NDArray[np.float32] | None:
    """A volume, of several times their mean; None of colours."""
    image = nibabel.load(path)
    if image.get_data_dtype().fields is not None:
        return None
    data = np.asarray(image.dataobj, np.float32)
    return np.asarray(data.reshape(*data.shape[:3], -1).mean(axis=3, dtype=np.float32))
