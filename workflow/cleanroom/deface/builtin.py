"""The built-in tool: pydeface's template laid onto the volume by SimpleITK, and this project's mask."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanroom.deface.absence import absence
from cleanroom.deface.candidate import unfit
from cleanroom.deface.engines import located
from cleanroom.deface.head import around_head, head_centre
from cleanroom.deface.judgement import Judgement, found_nothing, judged
from cleanroom.deface.mask import Extent, Skin, carried
from cleanroom.deface.measures import measured
from cleanroom.deface.registration import Pose
from cleanroom.deface.surface import surface
from cleanroom.isotropic import Affine, Isotropic, isotropic
from cleanroom.records import FaceVerdict
from cleanroom.skin import threshold

AIR_HU = -1000.0
LEAST_EAR_MM3 = 1000.0
"""An auricle has 3 to 6 ml."""


@dataclass(frozen=True)
class FaceResult:
    """What a tool found out about one volume.

    Attributes
    ----------
    decision, reason
        As in the record.
    mask
        uint8 in the volume's grid, 1 where the face is to be replaced; only with decision ``face``.
    pose
        Where the template lies; only when the decision rests on it.
    measures
        Numbers for the report.
    ears_alone
        Whether the mask covers the ears alone: the face is out of view, or was removed before.
    already
        Whether it was removed before.
    """

    decision: FaceVerdict
    reason: str = ""
    mask: NDArray[np.uint8] | None = None
    pose: Pose | None = None
    measures: dict[str, float] | None = None
    ears_alone: bool = False
    already: bool = False


def skin(copy: Isotropic, pose: Pose) -> Skin:
    """Where the skin of the head lies in an isotropic copy of a volume."""
    return Skin(surface(around_head(copy, pose.from_template(head_centre()))).distance)


def fill_value(modality: str) -> float:
    """Air in real units: -1000 HU in CT, 0 elsewhere."""
    return AIR_HU if modality == "CT" else 0.0


def face_mask(data: NDArray[np.float32], affine: Affine, modality: str, extent: Extent) -> FaceResult:
    """Find the face in one volume.

    Parameters
    ----------
    data
        Shape (i, j, k), real units (HU for CT), any orientation of storage.
    affine
        Voxel index to RAS millimetres, as NIfTI has it.
    modality
        ``MR``, ``CT``, ``PT`` or ``NM``.
    extent
        How far the mask reaches: margin and ears.

    Returns
    -------
    FaceResult
        ``unsure`` with its reason when any measure is out of bounds.
    """
    doubt = unfit(data.shape, affine)
    if doubt:
        return FaceResult("unsure", doubt)
    values = np.nan_to_num(data, posinf=0.0, neginf=0.0)
    if modality == "CT":
        values = np.maximum(values, AIR_HU)
    copy = isotropic(values, affine)
    if float(np.ptp(copy.data)) == 0:
        return FaceResult("unsure", "every voxel holds the same value")
    try:
        pose = located(copy)
    except RuntimeError:
        return FaceResult("unsure", "the template head could not be laid onto the volume")
    shape = (data.shape[0], data.shape[1], data.shape[2])
    measures = measured(copy, pose, extent)
    judgement = judged(measures)
    doubtful = judgement.decision == "unsure"
    if doubtful and found_nothing(measures) and (nothing := absence(copy, modality)):
        judgement = Judgement("no_face", nothing)
    if judgement.decision in ("no_face", "already_removed") and not doubtful and extent.ears:
        ears = carried(shape, affine, pose, extent._replace(face=False), skin(copy, pose))
        if _shows(values, copy, ears, affine):
            already = judgement.decision == "already_removed"
            reason = f"{judgement.reason}; its ears are in view"
            return FaceResult("face", reason, ears, None, measures.rounded(), True, already)
    mask = carried(shape, affine, pose, extent, skin(copy, pose)) if judgement.decision == "face" else None
    return FaceResult(
        judgement.decision,
        judgement.reason,
        mask,
        None if doubtful else pose,
        measures.rounded(),
    )


def _shows(values: NDArray[np.float32], copy: Isotropic, mask: NDArray[np.uint8], affine: Affine) -> bool:
    """Whether there is tissue in a mask, of the size of an ear."""
    tissue = int(np.count_nonzero((values > threshold(copy.data)) & (mask > 0)))
    return bool(tissue * abs(np.linalg.det(affine[:3, :3])) >= LEAST_EAR_MM3)
