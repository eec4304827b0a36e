"""Check 7: nothing with a head in it passes without a decision about its face."""

from cleanroom.verify.subject import Series

MODALITIES = frozenset(("MR", "CT", "PT"))
FILLED = ("reface", "noise", "blur")
"""Modes that put other values in place of a face than air."""
DECIDED = frozenset(("no_face", "already_removed", "not_applicable"))


def findings(series: Series) -> list[str]:
    """Whether what was decided about the face of a series is there, and agrees with its pixels."""
    heads = any(row.modality in MODALITIES and row.frames for row in series.rows)
    face = series.face
    if face is None:
        return ["no decision about the face"] if heads else []
    if face.tool == "none":
        return [] if face.reason.strip() else ["the face was kept without a reason"]
    if face.decision == "face":
        return _removed(series)
    if face.decision in DECIDED and not (series.defaced or face.voxels_changed):
        return []
    return [f"the decision about the face is {face.decision}, and that does not agree with the pixels"]


def _removed(series: Series) -> list[str]:
    face = series.face
    assert face is not None
    found = []
    if not face.masks or not any(mask.voxels for mask in face.masks):
        found.append("there is a face and no mask")
    if face.mode in FILLED and not any(mask.values for mask in face.masks):
        found.append(f"no values are there that mode {face.mode} puts in place of the face")
    if not series.changed or not face.voxels_changed:
        found.append("there is a face and no pixel of the series was replaced")
    return found
