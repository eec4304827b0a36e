"""Is there a face, and is it gone: the measures against the bounds. In doubt, a person looks."""

from dataclasses import dataclass

from cleanroom.deface.engines import AGREED_MM, HARDLY_MM
from cleanroom.deface.measures import Measures
from cleanroom.records import FaceVerdict

Bounds = dict[str, tuple[float, float, str]]
"""Measure → least, most, what it means outside."""

BOUNDS: Bounds = {
    "information": (0.15, 9.0, "the template head hardly resembles the volume"),
    "inside": (0.08, 9.0, "below the scalp the volume does not resemble a head"),
    "overlap": (0.78, 1.0, "the outline of the head does not fit the template's"),
    "size": (0.60, 1.40, "no head is of this size"),
    "stretch_least": (0.82, 1.20, "the template had to be squeezed beyond what heads differ"),
    "stretch_most": (0.82, 1.20, "the template had to be stretched beyond what heads differ"),
    "apart_mm": (0.0, AGREED_MM, "two engines do not agree where the face is"),
    "brain_mm": (5.0, 99.0, "the mask comes too near to the brain"),
}
"""Asked always. From difficult volumes of eight heads (``python -m bench.faces``) and four volumes without a
face."""
REMOVAL: Bounds = {
    "forward_mm": (35.0, 150.0, "what would be removed does not lie in front of the head's centre"),
    "downward_mm": (5.0, 120.0, "what would be removed does not lie below the head's centre"),
    "removed": (0.02, 0.25, "the part of the head that would be removed is not that of a face"),
    "receded_mm": (12.0, 120.0, "the face would hardly recede: it may still be seen"),
}
"""Asked where a face would be removed."""
VAGUE_INSIDE, VAGUE_INFORMATION = 0.2, 0.3
"""Where less than this is alike below the scalp, or in all, engines that hardly agree are believed only if
the skin alone stays there too; where both are less, nothing is believed."""
FACE_OUT_OF_VIEW = 0.02
"""Less of the template's face than this lies in the field of view: there is none to remove."""
REMOVED_ALREADY = 0.32
"""Less of the face region than this is tissue: someone removed it (faces: 0.55 and more)."""
WELL_IN_VIEW = 0.6
"""To say that a face was removed, this much of its region must lie in the field of view."""
SURE_INFORMATION = 0.5
"""What is said to be removed or out of view must rest on a better agreement."""


def found_nothing(measures: Measures) -> bool:
    """Whether the engines found no head: they are apart, or what they agree on resembles none inside."""
    return measures.apart_mm > HARDLY_MM or measures.inside < BOUNDS["inside"][0]


@dataclass(frozen=True)
class Judgement:
    """A decision and, unless it is ``face``, its reason."""

    decision: FaceVerdict
    reason: str = ""


def judged(measures: Measures, bounds: Bounds = BOUNDS, removal: Bounds = REMOVAL) -> Judgement:
    """Decide from the measures; ``unsure`` names every bound that was missed."""
    doubts = _missed(measures, bounds)
    vague = (measures.inside < VAGUE_INSIDE) + (measures.information < VAGUE_INFORMATION)
    if vague and HARDLY_MM < measures.apart_mm <= AGREED_MM and not _third(measures):
        doubts.append(f"two engines hardly agree where the face is (apart_mm {measures.apart_mm:.2f})")
    if vague > 1 and not doubts:
        found = f"information {measures.information:.2f}, inside {measures.inside:.2f}"
        doubts.append(f"the template head hardly resembles the volume, neither outside nor inside ({found})")
    if doubts:
        return Judgement("unsure", "; ".join(doubts))
    sure = measures.information >= SURE_INFORMATION
    if measures.face_in_view < FACE_OUT_OF_VIEW:
        if sure:
            return Judgement("no_face", "the face lies outside the field of view")
        return Judgement("unsure", "the face may lie outside the field of view")
    if measures.face_tissue < REMOVED_ALREADY:
        if sure and measures.face_in_view >= WELL_IN_VIEW:
            return Judgement("already_removed", "the region of the face is air already")
        return Judgement("unsure", "the region of the face is mostly air")
    doubts = _missed(measures, removal)
    return Judgement("unsure", "; ".join(doubts)) if doubts else Judgement("face")


def _third(measures: Measures) -> bool:
    return measures.third_mm is not None and measures.third_mm <= HARDLY_MM


def _missed(measures: Measures, bounds: Bounds) -> list[str]:
    found = []
    for name, (least, most, meaning) in bounds.items():
        value = getattr(measures, name)
        if not least <= value <= most:
            found.append(f"{meaning} ({name} {value:.2f}, trusted from {least:g} to {most:g})")
    return found
