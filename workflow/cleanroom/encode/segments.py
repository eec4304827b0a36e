"""Segments that redraw a face: a mask of the skin, of the head or of the whole body has its shape."""

from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.encode.contours import shows_face
from cleanroom.encode.faces import Face, Points
from cleanroom.encode.frames import LPS_TO_RAS, Frame, frames
from cleanroom.encode.images import Images
from cleanroom.encode.pixels import decoded
from cleanroom.encode.structures import names_skin
from cleanroom.errors import SetAside

LABELMAP = "1.2.840.10008.5.1.4.1.1.66.7"
SEGMENTATIONS = frozenset(("1.2.840.10008.5.1.4.1.1.66.4", LABELMAP))
"""Segmentation Storage and Label Map Segmentation Storage."""
WIDENED_MM = 1.0
"""So far outside of the mask a pixel is cleared too: two roundings of one place never disagree by more."""
_FIX = "leave the segmentation out, or that segment of it"


@dataclass(frozen=True)
class Redrawn:
    """Which segments redraw a face that was removed.

    Attributes
    ----------
    faces
        That were removed from the images; empty when none was.
    numbers
        Segment Numbers.
    """

    faces: list[Face]
    numbers: frozenset[int]


def redrawn(original: Dataset, images: Images) -> Redrawn:
    """The segments of a binary, fractional or label map segmentation that redraw a removed face.

    A segment does when it is the skin, head or body by its label or its property type, or when its border
    has the shape of the face.

    Raises
    ------
    SetAside
        When such a segment may show a face of which no mask says where it is.
    """
    frame, referenced = str(original.get("FrameOfReferenceUID") or ""), _referenced(original)
    faces = images.removed(frame, referenced)
    named = [int(item.SegmentNumber) for item in original.get("SegmentSequence") or [] if _outer(item)]
    if named and (doubt := images.doubt(frame, referenced)):
        raise SetAside(f"segment {named[0]} may show the face: {doubt}", _FIX)
    if not faces:
        return Redrawn([], frozenset())
    along = [
        number
        for number, points in _outlines(original).items()
        if number not in named and any(shows_face(points, face) for face in faces)
    ]
    return Redrawn(faces, frozenset(named + along))


@dataclass(frozen=True)
class Erased:
    """The pixels of segments that become background: what takes a face's place in them is nothing.

    Attributes
    ----------
    planes
        (frames, rows, columns), where a pixel is cleared.
    """

    planes: NDArray[np.bool_]

    def prove(self, at: int, _: NDArray[Any]) -> int:
        """How many pixels of a frame are cleared."""
        return int(np.count_nonzero(self.planes[at]))

    def plane(self, at: int) -> NDArray[np.bool_]:
        """The cleared pixels of a frame."""
        return np.asarray(self.planes[at])

    def real(self, at: int) -> tuple[NDArray[np.float64], float, float]:
        """Background in every frame, stored as 0."""
        return np.zeros(1 if at >= 0 else 0), 1.0, 0.0


def cleared(original: Dataset, found: Redrawn, whole: bool = False) -> Erased | None:
    """Take the removed face out of the segments that redraw it; None when no pixel of them lies there.

    Parameters
    ----------
    original
        The segmentation as it came in.
    found
        What :func:`redrawn` says about it.
    whole
        Clear these segments everywhere.

    Returns
    -------
    Erased
        Every pixel of other segments, and every one outside the face, holds what it held.
    """
    planes = np.zeros(decoded(original).shape, np.bool_)
    for at, number, place, inside in _planes(original):
        if number not in found.numbers:
            continue
        where = np.argwhere(inside)
        if not whole:
            points = _points(where, place)
            gone = [face.inside(points, WIDENED_MM) for face in found.faces]
            where = where[np.logical_or.reduce(gone)]
        planes[at][tuple(where.T)] = True
    return Erased(planes) if planes.any() else None


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
    for _, number, place, inside in _planes(original):
        border = np.argwhere(inside & ~scipy.ndimage.binary_erosion(inside))
        found.setdefault(number, []).append(_points(border, place))
    return {number: np.concatenate(points) for number, points in found.items()}


def _points(pixels: NDArray[np.intp], place: Frame) -> Points:
    """Rows and columns in LPS millimetres."""
    row, column = pixels.T
    ras = np.stack([column, row, np.ones(len(row))], axis=1).astype(np.float64) @ place.affine[:3].T
    return np.asarray(ras @ LPS_TO_RAS[:3, :3], np.float64)


def _planes(original: Dataset) -> Iterator[tuple[int, int, Frame, NDArray[np.bool_]]]:
    """Each frame's segments: the frame, the segment's number, its place and where it is, (rows, columns)."""
    shared = original.get("SharedFunctionalGroupsSequence") or [Dataset()]
    groups = original.get("PerFrameFunctionalGroupsSequence") or [Dataset()]
    for at, (place, group, pixels) in enumerate(
        zip(frames(original), groups, decoded(original), strict=True)
    ):
        if original.SOPClassUID == LABELMAP:
            for number in np.unique(pixels[pixels > 0]):
                yield at, int(number), place, pixels == number
            continue
        named = group.get("SegmentIdentificationSequence") or shared[0].get("SegmentIdentificationSequence")
        yield at, int(named[0].ReferencedSegmentNumber), place, pixels > 0


@cache
def _codes() -> frozenset[tuple[str, str]]:
    with (Path(__file__).parent / "skin_codes.tsv").open(newline="", encoding="utf-8") as file:
        return frozenset((row["scheme"], row["code"]) for row in DictReader(file, dialect="excel-tab"))
