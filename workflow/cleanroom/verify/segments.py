"""Check 7, for segmentations: no segment redraws a face, and every other pixel is as it was."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleanroom.verify import decoded, placement, tables
from cleanroom.verify.header import Header
from cleanroom.verify.outlines import NEAR_MM, Removal, likely
from cleanroom.verify.placement import Frame, Vector
from cleanroom.verify.removed import Heads
from cleanroom.verify.subject import SEGMENTATIONS, Pair

__all__ = ["SEGMENTATIONS", "faces", "findings"]

LABELMAP = "1.2.840.10008.5.1.4.1.1.66.7"
SEGMENTS, NUMBER, LABEL, TYPE = 0x00620002, 0x00620004, 0x00620005, 0x0062000F
CODE, SCHEME = 0x00080100, 0x00080102
IDENTIFIED, REFERENCED = 0x0062000A, 0x0062000B
SERIES, SERIES_UID = (0x00081115,), 0x0020000E
IMAGES, INSTANCE_UID = (0x00081115, 0x0008114A), 0x00081155
FRAME_UID = 0x00200052
OUTER = frozenset(
    {("SCT", code) for code in ("39937001", "181469002", "38266002", "69536005", "89545001")}
    | {("SRT", code) for code in ("T-01000", "T-D0010", "T-D1100", "T-D1200")}
)
"""Coding scheme and code of skin, body, head and face: the gate's own list."""
Flags = NDArray[np.bool_]


class Plane(NamedTuple):
    """One segment in one frame, before and after: (rows, columns), and where it lies."""

    number: int
    place: Frame
    before: Flags
    changed: Flags
    after: Flags


def faces(pair: Pair, heads: Heads) -> Removal:
    """The faces that were removed from the images of a segmentation."""
    referred, framed = heads.series(pair.before.text(FRAME_UID), _referenced(pair.before))
    return [heads.removed[name] for name in sorted(referred | framed) if name in heads.removed]


def findings(pair: Pair, heads: Heads) -> list[str]:
    """What is wrong with the segments of one released segmentation."""
    removed, named = faces(pair, heads), _named(pair.before)
    referred, framed = heads.series(pair.before.text(FRAME_UID), _referenced(pair.before))
    found = []
    if named and heads.uncertain(referred or framed):
        found.append("whether a segment shows a face is not certain")
    if not removed and not pair.covered:
        return found
    planes = list(_planes(pair))
    if pair.covered and not pair.boxes:
        found += _changes(pair, planes)
    by_number: dict[int, list[Plane]] = defaultdict(list)
    for plane in planes:
        by_number[plane.number].append(plane)
    whole = heads.study.config.faces.contours == "remove"
    for number, own in by_number.items():
        surely, perhaps = (True, True) if number in named else likely(_border(own), removed)
        changed = np.concatenate([_places(plane.place, plane.changed) for plane in own])
        if len(changed) and not perhaps:
            found.append("a segment that is no outline changed")
        left = np.concatenate([_places(plane.place, plane.after) for plane in own])
        if len(changed) and not (whole and not len(left)):
            near = [face.inside(changed, NEAR_MM) for face in removed]
            if not near or not np.logical_or.reduce(near).all():
                found.append("pixels of a segment that are not near the face changed")
        if surely and any(face.inside(left).any() for face in removed):
            found.append("an outer segment has pixels where the face was removed")
    return list(dict.fromkeys(found))


def _changes(pair: Pair, planes: list[Plane]) -> list[str]:
    found = []
    count = sum(int(np.count_nonzero(plane.changed)) for plane in planes)
    if any((plane.changed & plane.after).any() for plane in planes):
        found.append("pixels of a segment changed to another value than none")
    if any((plane.changed & ~plane.before).any() for plane in planes):
        found.append("pixels changed where no segment was")
    if count > pair.covered:
        found.append("more pixels changed than were written down")
    return found


def _planes(pair: Pair) -> Iterator[Plane]:
    """Every segment in every frame, and what changed where no segment was (number 0)."""
    places = placement.frames(pair.before)
    numbers = _numbers(pair.before, len(places))
    before = decoded.frames(pair.before, syntax=pair.syntax)
    after = decoded.frames(pair.after)
    for place, number, old, new in zip(places, numbers, before, after, strict=True):
        if place is None:
            raise ValueError("the place of a frame in the patient is not known")
        differs = old != new
        if pair.row.sop_class_uid != LABELMAP:
            yield Plane(number, place, old > 0, differs, new > 0)
            continue
        for label in np.unique(old[old > 0]):
            yield Plane(
                int(label),
                place,
                old == label,
                differs & (old == label),
                (new == label) | differs & (new > 0),
            )
        if (differs & (old == 0)).any():
            yield Plane(0, place, old < 0, differs & (old == 0), new > 0)


def _numbers(header: Header, count: int) -> list[int]:
    """The segment of each frame; 0 where the header does not say."""
    shared = _uints(header, (placement.SHARED, IDENTIFIED), REFERENCED)
    own = _uints(header, (placement.PER_FRAME, IDENTIFIED), REFERENCED)
    if len(own) == count:
        return own
    return shared * count if len(shared) == 1 else [0] * count


def _uints(header: Header, path: tuple[int, ...], tag: int) -> list[int]:
    order = "big" if header.big_endian else "little"
    return [
        int.from_bytes(header.value(element), order)  # type: ignore[arg-type]
        for element in header.elements
        if element.path == path and element.tag == tag
    ]


def _named(header: Header) -> set[int]:
    """Segments that are the skin, head or body by their label or property type."""
    found = set()
    order = "big" if header.big_endian else "little"
    for item in header.items_at((SEGMENTS,)):
        elements = header.elements_within(item)
        own = {element.tag: header.value(element) for element in elements if element.path == (SEGMENTS,)}
        kinds = {
            element.tag: _text(header.value(element))
            for element in elements
            if element.path == (SEGMENTS, TYPE)
        }
        label = re.sub(r"[\W\d_]", "", _text(own.get(LABEL, b"")).casefold())
        if label in tables.outlines() or (kinds.get(SCHEME, ""), kinds.get(CODE, "")) in OUTER:
            found.add(int.from_bytes(own.get(NUMBER, b""), order))  # type: ignore[arg-type]
    return found


def _referenced(header: Header) -> frozenset[str]:
    wanted = {(SERIES, SERIES_UID), (IMAGES, INSTANCE_UID)}
    return frozenset(
        _text(header.value(element)) for element in header.elements if (element.path, element.tag) in wanted
    )


def _border(planes: list[Plane]) -> Vector:
    """The pixels of a segment beside which it ends, RAS millimetres."""
    found = []
    for plane in planes:
        padded = np.pad(plane.before, 1)
        inner = padded[2:, 1:-1] & padded[:-2, 1:-1] & padded[1:-1, 2:] & padded[1:-1, :-2]
        found.append(_places(plane.place, plane.before & ~inner))
    return np.concatenate(found)


def _places(place: Frame, flags: Flags) -> Vector:
    row, column = np.nonzero(flags)
    return np.asarray(place.origin + np.outer(column, place.along_row) + np.outer(row, place.along_column))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip("\0 ")
