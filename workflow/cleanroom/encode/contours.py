"""Outer contours of a structure set, cut where they redraw a face that was removed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.encode.faces import Face, Points
from cleanroom.encode.images import Images
from cleanroom.encode.structures import referenced_images, rois
from cleanroom.errors import SetAside
from cleanroom.header.elements import NO_VALUE, stored, value_of

NUMBER_OF_POINTS, DATA = 0x30060046, 0x30060050
WIDENED_MM = 3.0
"""A skin contour runs along the border of the tissue: up to this far outside of the mask it is cut too."""
ON_SKIN_MM = 3.0
LEAST_SHARE = 1 / 3
"""Of the points inside the mask. An outline of the body has nearly all of its points on the skin, a bolus or
a fixation mask nearly half; an eye or a lens, convex and behind the lids, less than a quarter."""
LEAST_EXTENT_MM = 40.0
"""What runs along the skin for less shows no face: an eye is 25 mm wide, a lens 10 mm."""
DEEPEST_MM, BAND_MM = 10, 5.0
"""An outline shrunken or grown by up to so much keeps its distance from the skin within so much."""
PARALLEL_SHARE = 0.65
"""Of the points inside the mask: outlines shrunken by up to 12 mm have two thirds and more in one band, a jaw
or the skull half at most."""
PARALLEL_EXTENT_MM = (60.0, 60.0)
"""Along and across: a pair of lenses or parotids lies in one band, but is less than 40 mm high."""
_FIX = (
    "export the structure set together with its image series, or without its outer contour; if no face can "
    "be recognised in the images, faces.rules: add {match: {series: [...]}, tool: none, reason: ...}"
)


@dataclass(frozen=True)
class Cut:
    """What was done to a structure set.

    Attributes
    ----------
    examined
        Whether a face was removed from the images on which it was drawn.
    points
        Contour points that were dropped.
    whole
        Whether outer contours were removed whole.
    """

    examined: bool
    points: int
    whole: bool = False


def cut_outer_contours(header: Dataset, original: Dataset, images: Images, whole: bool = False) -> Cut:
    """Drop the points of outer contours that lie in a removed face; every other element keeps its bytes.

    Parameters
    ----------
    header
        The cleaned header, changed in place: its ROI numbers and contours are the original's.
    original
        The structure set as it came, with the names and types of its regions.
    images
        What became of the images of the study.
    whole
        Remove outer contours whole where a face was removed, or may have been.

    Raises
    ------
    SetAside
        When an outer contour may show a face and no mask says where, or the regions cannot be read.
    """
    try:
        return _cut_all(header, original, images, whole)
    except NO_VALUE as error:
        raise SetAside(
            f"its regions of interest cannot be read ({type(error).__name__})", "leave the structure set out"
        ) from error


def _cut_all(header: Dataset, original: Dataset, images: Images, whole: bool) -> Cut:
    referenced = referenced_images(original)
    regions = rois(original)
    examined, points, changed = False, 0, set()
    for item in header.get("ROIContourSequence") or []:
        roi = regions[int(item.ReferencedROINumber)]
        faces = images.removed(roi.frame, referenced)
        examined |= bool(faces)
        if not item.get("ContourSequence"):
            continue
        doubt = images.doubt(roi.frame, referenced) if roi.outer else ""
        if doubt and not whole:
            raise SetAside(f"an outer contour may show the face: {doubt}", _FIX)
        if doubt or (faces and (roi.outer or any(shows_face(_all_points(item), face) for face in faces))):
            dropped = _remove(item) if whole else _cut(item, faces)
            points += dropped
            changed |= {roi.number} if dropped else set()
    for item in header.get("StructureSetROISequence") or []:
        if int(item.ROINumber) in changed:
            item.pop("ROIVolume", None)
    return Cut(examined, points, whole and bool(changed))


def shows_face(points: Points, face: Face) -> bool:
    """Whether the outline of a region, whatever it is called, has the shape of the face.

    It does when it runs along the skin, or all at one distance from it over most of the face.
    """
    inside = points[face.inside(points)]
    if not len(inside):
        return False
    away = face.from_skin(inside)
    skin = inside[away <= ON_SKIN_MM]
    if len(skin) and len(skin) >= LEAST_SHARE * len(inside):
        return bool(np.linalg.norm(np.ptp(skin, axis=0)) >= LEAST_EXTENT_MM) or _parallel(inside, away)
    return _parallel(inside, away)


def _parallel(points: Points, away: NDArray[np.float64]) -> bool:
    for least in range(DEEPEST_MM + 1):
        band = points[(away >= least) & (away <= least + BAND_MM)]
        if len(band) >= max(3, PARALLEL_SHARE * len(points)):
            spread = np.linalg.eigvalsh(np.cov(band.T))[::-1]
            if (np.sqrt(12 * np.maximum(spread[:2], 0)) >= PARALLEL_EXTENT_MM).all():
                return True
    return False


def _all_points(item: Dataset) -> Points:
    return np.concatenate([_points(contour)[1] for contour in item.ContourSequence])


def _remove(item: Dataset) -> int:
    points = sum(len(_points(contour)[0]) for contour in item.ContourSequence)
    del item.ContourSequence
    return points


def _cut(item: Dataset, faces: list[Face]) -> int:
    kept, dropped = [], 0
    for contour in item.ContourSequence:
        texts, points = _points(contour)
        inside: NDArray[np.bool_] = np.logical_or.reduce([face.inside(points, WIDENED_MM) for face in faces])
        left = [text for text, gone in zip(texts, inside, strict=True) if not gone]
        if not inside.any():
            kept.append(contour)
            continue
        least = 3 if str(contour.get("ContourGeometricType")).startswith("CLOSED") else 1
        if len(left) >= least:
            contour[DATA] = stored(DATA, "DS", b"\\".join(left))
            contour[NUMBER_OF_POINTS] = stored(NUMBER_OF_POINTS, "IS", str(len(left)).encode())
            kept.append(contour)
        dropped += len(texts) - (len(left) if len(left) >= least else 0)
    if dropped:
        item.ContourSequence = kept
        if not kept:
            del item.ContourSequence
    return dropped


def _points(contour: Dataset) -> tuple[list[bytes], Points]:
    """The points of a contour: as they are written (``x\\y\\z``), and in LPS millimetres."""
    parts = value_of(contour.get_item(DATA), "DS").strip(b" \0").split(b"\\") if DATA in contour else []
    try:
        values = np.array([float(part.strip(b" \0")) for part in parts]).reshape(-1, 3)
    except ValueError:
        raise SetAside("the points of a contour cannot be read", "leave the structure set out") from None
    if not np.isfinite(values).all():
        raise SetAside("a point of a contour is not a place", "leave the structure set out")
    return [b"\\".join(parts[at : at + 3]) for at in range(0, len(parts), 3)], values
