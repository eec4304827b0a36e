"""What the builtin tool finds in every series of a study: it says where the face is, whichever tool cuts."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanroom import faults
from cleanroom.config import FaceRule
from cleanroom.deface.builtin import FaceResult, fill_value
from cleanroom.deface.candidate import inapplicable
from cleanroom.deface.donor import Donor
from cleanroom.deface.fill import MODES, replacement
from cleanroom.deface.frames import Frame, Look, by_frame
from cleanroom.deface.kept import forget, keep, kept
from cleanroom.deface.projection import projects
from cleanroom.deface.registration import Pose
from cleanroom.deface.rules import as_builtin, matching
from cleanroom.deface.volumes import Found, Place, read_times, save_mask, save_values
from cleanroom.manifest import Instance
from cleanroom.records import FaceRecord, SeriesFace, Volume, VolumeRecord
from cleanroom.review import doubt
from cleanroom.study import Study


@dataclass(frozen=True)
class Looked:
    """What is known of a study.

    Attributes
    ----------
    record
        The decisions, with masks.
    poses
        Series → where the template lies in each of its volumes; None where only a mask is known.
    """

    record: FaceRecord
    poses: dict[str, list[Pose | None]]


def builtin_study(study: Study, folder: str) -> Looked:
    """What the builtin tool finds out about every series, its masks written below ``folder``."""
    series = study.series("deface")
    volumes = VolumeRecord.load(study.record_path("convert")).series
    looked = Looked(FaceRecord(), {})
    places: dict[str, list[Place]] = {}
    for name, instances in series.items():
        kept = [volume for volume in volumes.get(name, []) if volume.role != "uneven"]
        rule = matching(study.config.faces.rules, instances[0], study.config.input)
        settled = _settled(rule, instances, kept)
        looked.record.series[name] = settled or SeriesFace(decision="unsure")
        if settled is None and rule is not None:
            places[name] = _places(as_builtin(rule), instances[0], kept)
    forget(study)
    frames = {name: series[name][0].frame_of_reference_uid for name in places}
    for frame, names in by_frame(frames, places):
        try:
            _look_at(study, frame, {name: places[name] for name in names}, looked, folder)
        except Exception as error:
            failed = faults.aside(error, "deface", study)
            for name in names:
                looked.record.series[name] = SeriesFace(decision="unsure", reason=failed.reason)
                looked.poses.pop(name, None)
    looked.record.set_aside = doubt.faces(study, looked.record, volumes)
    return looked


def _settled(rule: FaceRule | None, instances: list[Instance], volumes: list[Volume]) -> SeriesFace | None:
    """The decision on a series whose volumes need not be looked at; None for the others."""
    reason = inapplicable(instances)
    if reason:
        return SeriesFace(decision="not_applicable", reason=reason)
    if rule is None:
        return SeriesFace(decision="unsure", reason="no rule of faces.rules matches this series")
    if rule.tool == "none":
        return SeriesFace(decision="face", tool="none", reason=rule.reason)
    if not volumes:
        reason = "it has no volume in which a face could be looked for"
        return SeriesFace(decision="unsure", tool=rule.tool, reason=reason)
    return None


def _places(rule: FaceRule, instance: Instance, volumes: list[Volume]) -> list[Place]:
    modality, kind = instance.modality, instance.image_type
    return [
        Place(volume, rule, modality, projects(modality, kind, tuple(volume.shape), np.array(volume.affine)))
        for volume in volumes
    ]


def _look_at(study: Study, frame: str, places: dict[str, list[Place]], looked: Looked, folder: str) -> None:
    """Decide on the series of one frame of reference, and write their masks."""
    began = time.monotonic()
    known, record = kept(study, frame), looked.record
    looks, donors = Frame(study, places, known).looks()
    for donor in donors:
        keep(study, frame, donor)
    for name, look in looks.items():
        place = places[name][0]
        face = summed(place.rule, place.modality, [item.result for item in look.found])
        record.series[name] = _told(face, look)
        looked.poses[name] = _poses(name, look, places[name], [*donors, *known])
    shared = round((time.monotonic() - began) / len(looks), 2)
    for name, look in looks.items():
        record.series[name].seconds = shared
        _write(study, f"{folder}/{name}", record.series[name], look.found, places[name][0].modality)


def _poses(name: str, look: Look, places: list[Place], donors: list[Donor]) -> list[Pose | None]:
    """Of each volume its own pose, or that of the series which gave the mask."""
    by_name = {donor.series: donor.pose for donor in reversed(donors)}
    given = by_name.get(look.donor) or by_name.get(name)
    return [
        None if place.through else item.result.pose or given
        for place, item in zip(places, look.found, strict=True)
    ]


def _told(face: SeriesFace, look: Look) -> SeriesFace:
    """The decision with what the donor and the comparison with it add."""
    if look.motion:
        face.measures = face.measures | look.motion.rounded()
    if look.donor and face.decision == "face":
        told = look.motion.told() if look.motion else ""
        by_itself = f"by itself: {look.by_itself}" if look.by_itself else ""
        face.reason = f"mask of series {look.donor}, of the same frame of reference"
        face.reason = "; ".join(filter(None, [face.reason, told, by_itself]))
    return face


def summed(rule: FaceRule, modality: str, results: list[FaceResult]) -> SeriesFace:
    """The decision on a series from those on its volumes: the most doubtful one counts."""
    order = ["unsure", "face", "already_removed", "no_face"]
    worst = min(results, key=lambda result: order.index(result.decision))
    face = worst.decision == "face"
    return SeriesFace(
        decision=worst.decision,
        tool=rule.tool,
        mode=rule.mode if face else "",
        reason=worst.reason,
        fill=fill_value(modality) if face else 0.0,
        measures=worst.measures or {},
        already=any(result.already for result in results),
    )


def _write(study: Study, folder: str, face: SeriesFace, found: list[Found], modality: str) -> None:
    """The masks of a series, and what is to stand in them; colours can only be removed."""
    if face.decision != "face":
        return
    began = time.monotonic()
    for number, item in enumerate(found):
        if item.result.mask is None:
            continue
        mask = save_mask(study, f"{folder}/{number}.nii.gz", item)
        values = _values(study, item, face, modality) if face.mode in MODES else None
        if values is not None:
            mask.values = save_values(study, f"{folder}/{number}-values.nii.gz", item, values)
        face.masks.append(mask)
    face.voxels_changed = sum(mask.voxels for mask in face.masks)
    face.seconds = round(face.seconds + time.monotonic() - began, 2)
    if not any(mask.values for mask in face.masks):
        face.mode = "remove" if face.mode in MODES else face.mode


def _values(study: Study, item: Found, face: SeriesFace, modality: str) -> NDArray[np.float32] | None:
    data, affine = read_times(study.work / item.volume.file)
    mask, pose = item.result.mask, item.result.pose
    if data is None or mask is None or pose is None:
        return None
    return replacement(
        face.mode, data, affine, mask, to_template=pose.to_template, modality=modality, nothing=face.fill
    )
