"""Segments that redraw a face: a mask of the skin, of the head or of the whole body has its shape."""

from collections.abc import Iterator
from csv import DictReader
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from scipy import ndimage

from cleanroom.encode.contours import along_skin
from cleanroom.encode.faces import Points
from cleanroom.encode.frames import LPS_TO_RAS, Frame, frames
from cleanroom.encode.images import Images
from cleanroom.encode.pixels import decoded
from cleanroom.encode.structures import names_skin
from cleanroom.errors import SetAside

LABELMAP = "1.2.840.10008.5.1.4.1.1.66.7"
SEGMENTATIONS = frozenset(("1.2.840.10008.5.1.4.1.1.66.4", LABELMAP))
"""Segmentation Storage and Label Map Segmentation Storage."""
_FIX = "leave the segmentation out, or that segment of it"


def check_segments(original: Dataset, images: Images) -> None:
    """Refuse a segmentation of which a segment shows a face that was removed, or may show one.

    Parameters
    ----------
    original
        A binary, fractional or label map segmentation as it came in.
    images
        What became of the images of its study.

    Raises
    ------
    SetAside
        When a segment is the skin, head or body by its label, its property type or its course.
    """
    frame, referenced = str(original.get("FrameOfReferenceUID") or ""), _referenced(original)
    faces = images.removed(frame, referenced)
    named = [int(item.SegmentNumber) for item in original.get("SegmentSequence") or [] if _outer(item)]
    if named and faces:
        raise SetAside(f"segment {named[0]} shows the face that was removed from its images", _FIX)
    if named and (doubt := images.doubt(frame, referenced)):
        raise SetAside(f"segment {named[0]} may show the face: {doubt}", _FIX)
    if not faces:
        return
    for number, points in _outlines(original).items():
        if any(along_skin(points, face) for face in faces):
            raise SetAside(f"segment {number} runs along the skin of the face that was removed", _FIX)


def _outer(segment: Dataset) -> bool:
    """Whether the label or the property type of a segment says that it is the skin, head or body."""
    kinds = {
        (str(item.get("CodingSchemeDesignator") or ""), str(item.get("CodeValue") or ""))
        for item in segment.get("SegmentedPropertyTypeCodeSequence") or []
    }
    return bool(kinds & _codes()) or names_skin(str(segment.get("SegmentLabel") or ""))


def _referenced(original: Dataset) -> frozenset[str]:
    found = set()
    for series in original.get("ReferencedSeriesSequence") or []:
        found.add(str(series.get("SeriesInstanceUID") or ""))
        images = series.get("ReferencedInstanceSequence") or []
        found |= {str(image.get("ReferencedSOPInstanceUID") or "") for image in images}
    return frozenset(found - {""})


def _outlines(original: Dataset) -> dict[int, Points]:
    """Segment number → the pixels at its border, LPS millimetres."""
    found: dict[int, list[Points]] = {}
    for number, frame, inside in _planes(original):
        border = inside & ~ndimage.binary_erosion(inside)
        row, column = np.nonzero(border)
        ras = np.stack([column, row, np.ones(len(row))], axis=1).astype(np.float64) @ frame.affine[:3].T
        found.setdefault(number, []).append(np.asarray(ras @ LPS_TO_RAS[:3, :3], np.float64))
    return {number: np.concatenate(points) for number, points in found.items()}


def _planes(original: Dataset) -> Iterator[tuple[int, Frame, NDArray[np.bool_]]]:
    """Each frame's segments: number, place and pixels, (rows, columns)."""
    shared = original.get("SharedFunctionalGroupsSequence") or [Dataset()]
    groups = original.get("PerFrameFunctionalGroupsSequence") or [Dataset()]
    half = int(original.get("MaximumFractionalValue") or 1) / 2
    for place, group, pixels in zip(frames(original), groups, decoded(original), strict=True):
        if original.SOPClassUID == LABELMAP:
            for number in np.unique(pixels[pixels > 0]):
                yield int(number), place, pixels == number
            continue
        named = group.get("SegmentIdentificationSequence") or shared[0].get("SegmentIdentificationSequence")
        yield int(named[0].ReferencedSegmentNumber), place, pixels >= half


@cache
def _codes() -> frozenset[tuple[str, str]]:
    with (Path(__file__).parent / "skin_codes.tsv").open(newline="", encoding="utf-8") as file:
        return frozenset((row["scheme"], row["code"]) for row in DictReader(file, dialect="excel-tab"))
