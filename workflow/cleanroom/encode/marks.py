"""What the header says about the face: PS3.15 E.3.2, PS3.3 C.7.6.16.2.6 and C.8.16.1."""

from pydicom import Dataset
from pydicom.sequence import Sequence

from cleanroom.clean.marks import add_codes
from cleanroom.identity import Identity
from cleanroom.records import Code, SeriesFace

CLEAN_FACE = "113102"
SOURCE = Code(value="121322", meaning="Source image for image processing operation")
PIXEL_MASK = Code(value="113047", meaning="Pixel by pixel mask")
DESCRIPTION = "De-faced: the voxels of the face were replaced by air"

OUTER_CONTOURS = "Outer contours clipped"


def mark_examined(header: Dataset) -> None:
    """No face is left: none was there, or it was removed."""
    header.RecognizableVisualFeatures = "NO"
    add_codes(header, [CLEAN_FACE])


def mark_contours(header: Dataset, points: int) -> None:
    """A structure set drawn on images whose face was removed: so many points of it were cut off."""
    add_codes(header, [CLEAN_FACE])
    if points:
        _add_method(header, OUTER_CONTOURS)


def mark_derived(header: Dataset, face: SeriesFace, identity: Identity) -> None:
    """Pixels of the series changed: the same marks on every instance, touched or not.

    Enhanced objects must name their source image: the original, which is never released, by a UID of its own.
    """
    _derived(header, "ImageType")
    header.DerivationDescription = DESCRIPTION
    _add_method(header, f"De-faced with {face.tool}, mode {face.mode}")
    shared = header.get("SharedFunctionalGroupsSequence")
    if not shared:
        header.DerivationCodeSequence = Sequence([item(PIXEL_MASK)])
        return
    for group in [*shared, *header.get("PerFrameFunctionalGroupsSequence", [])]:
        for name in ("MRImageFrameTypeSequence", "CTImageFrameTypeSequence", "PETFrameTypeSequence"):
            for frame_type in group.get(name, []):
                _derived(frame_type, "FrameType")
        group.pop("DerivationImageSequence", None)
    derivation = Dataset()
    derivation.DerivationDescription = DESCRIPTION
    derivation.DerivationCodeSequence = Sequence([item(PIXEL_MASK)])
    source = _source(header, identity)
    derivation.SourceImageSequence = Sequence([source])
    header.SourceImageEvidenceSequence = Sequence([_evidence(header, source, identity)])
    shared[0].DerivationImageSequence = Sequence([derivation])


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
