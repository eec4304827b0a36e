"""Sequence of Ultrasound Regions (PS3.3 C.8.5.5): where a frame shows image data, and where it does not."""

from pydicom import Dataset

from cleanroom.reading.word import Box

_EDGES = (
    "RegionLocationMinX0",
    "RegionLocationMinY0",
    "RegionLocationMaxX1",
    "RegionLocationMaxY1",
)


def regions(header: Dataset) -> list[Box]:
    """The regions of image data: left, top, right, bottom in pixels, ends not included."""
    found = []
    for item in header.get("SequenceOfUltrasoundRegions") or []:
        edges = [item.get(name) for name in _EDGES]
        if all(isinstance(edge, int) for edge in edges):
            left, top, right, bottom = (int(edge) for edge in edges)
            if left <= right and top <= bottom:
                found.append((left, top, right + 1, bottom + 1))
    return found


def overlaps(box: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def line_outside(box: Box, areas: list[Box], columns: int) -> Box | None:
    """The rows of a box as far as nothing of the image lies on them; None when it lies on the image itself.

    Parameters
    ----------
    areas
        The regions of image data; with none nobody knows where the image ends.
    columns
        Of the frame.
    """
    if not areas or any(overlaps(box, area) for area in areas):
        return None
    beside = [area for area in areas if area[1] < box[3] and box[1] < area[3]]
    left = max((area[2] for area in beside if area[2] <= box[0]), default=0)
    right = min((area[0] for area in beside if area[0] >= box[2]), default=columns)
    return left, box[1], right, box[3]
