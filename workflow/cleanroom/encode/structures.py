"""What a structure set says about its regions of interest: the original's, whose names are not cleaned."""

import re
from collections import defaultdict
from csv import DictReader
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydicom import Dataset

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
"""RT Structure Set Storage."""
EXTERNAL = "EXTERNAL"
"""RT ROI Interpreted Type of the patient's outer contour (PS3.3 C.8.8.8)."""


@dataclass(frozen=True)
class Roi:
    """A region of interest."""

    number: int
    name: str
    kinds: frozenset[str]
    """RT ROI Interpreted Type of each of its observations."""
    frame: str
    """Frame of Reference UID."""

    @property
    def outer(self) -> bool:
        """Whether its type or its name says that it is the patient's outer contour."""
        return EXTERNAL in self.kinds or names_skin(self.name)


def rois(original: Dataset) -> dict[int, Roi]:
    """The regions of interest by ROI Number, those with contours and no name too.

    Parameters
    ----------
    original
        An RT structure set as it came in.
    """
    kinds: dict[int, set[str]] = defaultdict(set)
    for item in original.get("RTROIObservationsSequence") or []:
        kind = str(item.get("RTROIInterpretedType") or "").strip().upper()
        kinds[int(item.ReferencedROINumber)].add(kind)
    named = {int(item.ROINumber): item for item in original.get("StructureSetROISequence") or []}
    drawn = {int(item.ReferencedROINumber) for item in original.get("ROIContourSequence") or []}
    alone = _only_frame(original)
    found = {}
    for number in sorted(named.keys() | drawn):
        item = named.get(number, Dataset())
        frame = str(item.get("ReferencedFrameOfReferenceUID") or alone)
        found[number] = Roi(number, str(item.get("ROIName") or ""), frozenset(kinds[number]), frame)
    return found


def names_skin(name: str) -> bool:
    """Whether a region's name says that it is the patient's outer contour."""
    return any(pattern.match(_words(name)) for pattern in _patterns())


def referenced_images(original: Dataset) -> frozenset[str]:
    """Series and SOP Instance UIDs of the images on which a structure set was drawn."""
    found = set()
    for frame in original.get("ReferencedFrameOfReferenceSequence") or []:
        for study in frame.get("RTReferencedStudySequence") or []:
            for series in study.get("RTReferencedSeriesSequence") or []:
                found.add(str(series.get("SeriesInstanceUID") or ""))
                images = series.get("ContourImageSequence") or []
                found |= {str(image.get("ReferencedSOPInstanceUID") or "") for image in images}
    return frozenset(found - {""})


def _only_frame(original: Dataset) -> str:
    items = original.get("ReferencedFrameOfReferenceSequence") or []
    frames = {str(item.get("FrameOfReferenceUID") or "") for item in items} - {""}
    if len(frames) == 1:
        return frames.pop()
    return str(original.get("FrameOfReferenceUID") or "")


def _words(name: str) -> str:
    """A name in lower case, its words divided by single spaces, without what stands before the first letter.

    Planning systems put ``z`` or ``_`` before the names of helper structures; digits end a word.
    """
    spaced = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", name)
    plain = re.sub(r"[\W\d_]+", " ", spaced.casefold()).strip()
    return re.sub(r"^z+ ", "", plain)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """``skin_rois.tsv``: what an outer contour's name begins with, as a whole word."""
    with (Path(__file__).parent / "skin_rois.tsv").open(newline="", encoding="utf-8") as file:
        rows = list(DictReader(file, dialect="excel-tab"))
    return tuple(re.compile(f"(?:{row['pattern'].casefold()})(?!\\w)") for row in rows)
