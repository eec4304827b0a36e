"""A good mask serves every series of the same frame of reference: carried by affine, not registered anew."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cleanroom.config import FaceRule, Faces
from cleanroom.deface.builtin import FaceResult, fill_value
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.registration import Pose
from cleanroom.deface.rules import matching
from cleanroom.deface.volumes import Found
from cleanroom.manifest import Instance
from cleanroom.records import FaceRecord, SeriesFace
from cleanroom.study import Study


def carry_within_frames(
    study: Study,
    series: Mapping[str, list[Instance]],
    record: FaceRecord,
    found: dict[str, list[Found]],
) -> None:
    """Give series without a face of their own the face of the best series of their frame of reference.

    Changes ``record`` and ``found`` in place. Only volumes with a geometry are served, and only when every
    volume of the series has one; a colour volume is served like any other.
    """
    donors = _donors(series, found)
    for name, face in record.series.items():
        frame = series[name][0].frame_of_reference_uid
        if face.decision == "face" or not found[name] or frame not in donors:
            continue
        donor, pose = donors[frame]
        served = [_served(item, pose, extent(study.config.faces)) for item in found[name]]
        if not any(item.result.mask is not None and item.result.mask.any() for item in served):
            continue
        found[name] = served
        rule = matching(study.config.faces.rules, series[name][0])
        assert rule is not None
        record.series[name] = _carried_face(face, donor, rule, series[name][0].modality)


def extent(faces: Faces) -> Extent:
    """How far masks reach, from the config."""
    return Extent(faces.margin_mm, faces.ears)


def _donors(
    series: Mapping[str, list[Instance]], found: dict[str, list[Found]]
) -> dict[str, tuple[str, Pose]]:
    """Frame of reference → the series that the template fits best, and its pose."""
    best: dict[str, tuple[str, Pose]] = {}
    for name, items in found.items():
        frame = series[name][0].frame_of_reference_uid
        for item in items:
            pose = item.result.pose
            if not frame or pose is None or item.result.decision != "face":
                continue
            if frame not in best or pose.information > best[frame][1].information:
                best[frame] = (name, pose)
    return best


def _served(item: Found, pose: Pose, reach: Extent) -> Found:
    shape = (item.volume.shape[0], item.volume.shape[1], item.volume.shape[2])
    mask = carried(shape, np.array(item.volume.affine), pose, reach)
    return replace(item, result=FaceResult("face", mask=mask, pose=pose, measures=item.result.measures))


def _carried_face(face: SeriesFace, donor: str, rule: FaceRule, modality: str) -> SeriesFace:
    by_itself = f"{face.decision.replace('_', ' ')}, {face.reason}"
    return face.model_copy(
        update={
            "decision": "face",
            "mode": rule.mode,
            "fill": fill_value(modality),
            "reason": f"mask of series {donor}, of the same frame of reference; by itself: {by_itself}",
        }
    )
