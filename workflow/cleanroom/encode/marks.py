"""What the header says was done to the pixels: PS3.15 E.3.1 and E.3.2, PS3.3 C.7.6.16.2.6 and C.8.16.1."""

from dataclasses import dataclass
from functools import cache

from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.clean.marks import add_codes
from cleanroom.header.elements import stored
from cleanroom.header.encoding import Encoding
from cleanroom.identity import Identity
from cleanroom.records import Code, SeriesFace

CLEAN_PIXELS, CLEAN_FACE = "113101", "113102"
SOURCE = Code(value="121322", meaning="Source image for image processing operation")
PIXEL_MASK = Code(value="113047", meaning="Pixel by pixel mask")
OUTER_CONTOURS = "Outer contours clipped"
NO_OUTER_CONTOURS = "Outer contours removed"
OUTER_SEGMENTS = "Outer segments clipped"
NO_OUTER_SEGMENTS = "Outer segments removed"
HIDDEN_BITS = "Bits beside stored pixel values cleared"
_DERIVATION_CODES = 0x00089215
REBUILT = "Document rebuilt from pictures of its pages"


@dataclass(frozen=True)
class Change:
    """What was done to pixels of a series.

    Attributes
    ----------
    description
        A sentence of (0008,2111) Derivation Description.
    method
        A value of (0012,0063) De-identification Method.
    """

    description: str
    method: str


WORDS_COVERED = Change("Words in pixels were covered", "Words in pixels covered")


REPLACED_BY = {
    "remove": "air",
    "reface": "those of an average face, and the air around it",
    "noise": "random values below a coarse skin, and air",
    "blur": "coarse means of themselves, and the air around them",
}
"""Mode of de-facing → what took the place of the face, for the derivation description."""


def face_removed(face: SeriesFace) -> Change:
    """The face was replaced."""
    by = REPLACED_BY.get(face.mode, "other values")
    description = f"De-faced: the voxels of the face were replaced by {by}"
    return Change(description, f"De-faced with {face.tool}, mode {face.mode}")


def mark_examined(header: Dataset) -> None:
    """No face is left: none was there, or it was removed."""
    header.RecognizableVisualFeatures = "NO"
    add_codes(header, [CLEAN_FACE])


def mark_read(header: Dataset) -> None:
    """No words that identify are left: none were there, or they were covered."""
    header.BurnedInAnnotation = "NO"
    add_codes(header, [CLEAN_PIXELS])


def mark_hidden_bits(header: Dataset) -> None:
    """Bits of the pixel words that are no pixel were cleared."""
    _add_method(header, HIDDEN_BITS)


def mark_rebuilt(header: Dataset) -> None:
    """A PDF was made anew from pictures of its pages."""
    _add_method(header, REBUILT)


def mark_contours(header: Dataset, examined: bool, points: int, whole: bool) -> None:
    """So many points of a structure set were dropped; ``examined``: a face was removed from its images."""
    if examined:
        add_codes(header, [CLEAN_FACE])
    if points:
        _add_method(header, NO_OUTER_CONTOURS if whole else OUTER_CONTOURS)


def mark_segments(header: Dataset, *, examined: bool, changed: bool, whole: bool) -> None:
    """Pixels of a segmentation were cleared; ``examined``: a face was removed from its images."""
    if examined:
        add_codes(header, [CLEAN_FACE])
    if changed:
        _derived(header, "ImageType")
        _add_method(header, NO_OUTER_SEGMENTS if whole else OUTER_SEGMENTS)


def mark_derived(header: Dataset, changes: list[Change], identity: Identity) -> None:
    """Pixels of the series changed: the same marks on every instance, touched or not.

    Enhanced objects must name their source image: the original, which is never released, by a UID of its own.
    """
    _derived(header, "ImageType")
    description = "; ".join(change.description for change in changes)
    header.DerivationDescription = description
    for change in changes:
        _add_method(header, change.method)
    shared = header.get("SharedFunctionalGroupsSequence")
    if not shared:
        header[_DERIVATION_CODES] = _pixel_mask()
        return
    for group in [*shared, *header.get("PerFrameFunctionalGroupsSequence", [])]:
        for name in ("MRImageFrameTypeSequence", "CTImageFrameTypeSequence", "PETFrameTypeSequence"):
            for frame_type in group.get(name, []):
                _derived(frame_type, "FrameType")
        group.pop("DerivationImageSequence", None)
    derivation = Dataset()
    derivation.DerivationDescription = description
    derivation.DerivationCodeSequence = Sequence([item(PIXEL_MASK)])
    source = _source(header, identity)
    derivation.SourceImageSequence = Sequence([source])
    header.SourceImageEvidenceSequence = Sequence([_evidence(header, source, identity)])
    shared[0].DerivationImageSequence = Sequence([derivation])


@cache
def _pixel_mask() -> RawDataElement:
    """The Derivation Code Sequence of every classic instance."""
    items = Encoding(ExplicitVRLittleEndian).items([item(PIXEL_MASK)])
    return stored(_DERIVATION_CODES, "SQ", items)


def _source(header: Dataset, identity: Identity) -> Dataset:
    source = Dataset()
    source.ReferencedSOPClassUID = header.SOPClassUID
    source.ReferencedSOPInstanceUID = identity.uid(f"source of {header.SOPInstanceUID}")
    source.PurposeOfReferenceCodeSequence = Sequence([item(SOURCE)])
    return source


def _evidence(header: Dataset, source: Dataset, identity: Identity) -> Dataset:
    """The study and series of a source image (PS3.3 table 10-4)."""
    instance = Dataset()
    instance.ReferencedSOPClassUID = source.ReferencedSOPClassUID
    instance.ReferencedSOPInstanceUID = source.ReferencedSOPInstanceUID
    series = Dataset()
    series.SeriesInstanceUID = identity.uid(f"source of {header.SeriesInstanceUID}")
    series.ReferencedSOPSequence = Sequence([instance])
    study = Dataset()
    study.StudyInstanceUID = header.StudyInstanceUID
    study.ReferencedSeriesSequence = Sequence([series])
    return study


def item(code: Code) -> Dataset:
    """A code as a sequence item (PS3.3 8.8)."""
    made = Dataset()
    made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = code.value, code.scheme, code.meaning
    return made


def _add_method(header: Dataset, method: str) -> None:
    methods = header.get("DeidentificationMethod") or []
    methods = [methods] if isinstance(methods, str) else list(methods)
    header.DeidentificationMethod = [*methods, method]


def _derived(holder: Dataset, keyword: str) -> None:
    values = holder.get(keyword)
    if values and not isinstance(values, str):
        setattr(holder, keyword, ["DERIVED", *list(values)[1:]])
    else:
        setattr(holder, keyword, ["DERIVED", "PRIMARY"])
