"""Check 2: a pixel that nothing covers keeps its stored value, and a covered one holds the fill."""

import math
from itertools import zip_longest

import numpy as np

from cleanroom.records import SeriesFace
from cleanroom.verify import decoded, masks, placement, tables
from cleanroom.verify.header import IMPLICIT, Element, Header
from cleanroom.verify.masks import Mask
from cleanroom.verify.placement import Frame
from cleanroom.verify.subject import Pair

CHUNK = 1 << 20
LOSSY = tuple(f"1.2.840.10008.1.2.4.{end}" for end in ("50", "51", "81", "100", "101", "102", "103", "104"))
GEOMETRY_ROOTS = frozenset((0x52009229, 0x52009230, 0x30060039))
"""Functional groups and contours: the sequences in which geometry is nested."""
CONTOURS = (0x30060039,)
"""What outlines.py compares, contour by contour."""
_BINARY = ("US", "SS", "UL", "SL", "FL", "FD")


def findings(pair: Pair, face: SeriesFace | None, series_masks: list[Mask]) -> list[str]:
    """What changed in the pixels of one instance that should not have, and what should have and did not."""
    found = _meaning(pair)
    if (pair.before.pixels is None) != (pair.after.pixels is None):
        return [*found, "pixel data are there only before or only after"]
    if pair.after.pixels is None:
        return found
    if pair.covered == 0 and not _same_bytes(pair):
        found.append("pixel bytes or transfer syntax differ although nothing is covered")
    if pair.covered and pair.after.syntax in LOSSY:
        found.append("a changed instance is not written losslessly")
    if pair.covered and not series_masks:
        found.append("pixels were replaced that no mask covers")
    elif series_masks and face is not None:
        found += _frames(pair, face.fill, series_masks)
    return found


def stored_fill(header: Header, frame: Frame, fill: float) -> float:
    """The fill as a stored value: through the rescale, within what the pixels can hold."""
    bits, signed = header.number(0x00280101) or 16, header.number(0x00280103)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return min(max((fill - frame.intercept) / (frame.slope or 1.0), low), high)


def _meaning(pair: Pair) -> list[str]:
    before, after = _measures(pair.before), _measures(pair.after)
    places = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    names = {tag for path, tag in places if path[:1] != CONTOURS}
    return [
        f"({tag >> 16:04X},{tag & 0xFFFF:04X}) differs: it says what the pixels are" for tag in sorted(names)
    ]


def _measures(header: Header) -> dict[tuple[tuple[int, ...], int], list[bytes]]:
    wanted = tables.tags("meaning")
    found: dict[tuple[tuple[int, ...], int], list[bytes]] = {}
    for element in header.elements:
        if element.tag in wanted and (not element.path or element.path[0] in GEOMETRY_ROOTS):
            found.setdefault((element.path, element.tag), []).append(_comparable(header, element))
    return found


def _comparable(header: Header, element: Element) -> bytes:
    value = header.value(element)
    if element.vr in _BINARY:
        return value[::-1] if header.big_endian and len(value) in (2, 4, 8) else value
    return b"\\".join(part.strip(b"\0 ") for part in value.split(b"\\"))


def _same_bytes(pair: Pair) -> bool:
    old, new = pair.before.pixels, pair.after.pixels
    assert old is not None and new is not None
    syntax = pair.before.syntax or pair.row.transfer_syntax_uid or IMPLICIT.decode()
    size, padding = old.stop - old.start, pair.after.buffer[new.start + old.stop - old.start : new.stop]
    if (
        syntax != pair.after.syntax
        or padding != bytes(size % 2)[: len(padding)]
        or new.stop - new.start < size
    ):
        return False
    return all(
        pair.before.buffer[old.start + at : min(old.start + at + CHUNK, old.stop)]
        == pair.after.buffer[new.start + at : min(new.start + at + CHUNK, new.start + size)]
        for at in range(0, size, CHUNK)
    )


def _frames(pair: Pair, fill: float, series_masks: list[Mask]) -> list[str]:
    shape = (pair.before.number(0x00280010), pair.before.number(0x00280011))
    places = [place for place in placement.frames(pair.before) if place is not None]
    if len(places) < max(pair.before.number(0x00280008), 1):
        return ["the place of a frame in the patient is not known, so its face mask cannot be checked"]
    if pair.covered == 0 and not any(masks.cover(series_masks, place, shape)[1].any() for place in places):
        return []
    outside = left = changed = 0
    for old, new, place in zip_longest(decoded.frames(pair.before), decoded.frames(pair.after), places):
        if old is None or new is None or place is None or old.shape != new.shape:
            return ["the number or the size of the frames differs"]
        if old.ndim != 2:
            return ["a face mask on colour pixels cannot be checked"]
        differs = old != new
        may, must = masks.cover(series_masks, place, shape)
        wanted = stored_fill(pair.after, place, fill)
        filled = (new >= math.floor(wanted)) & (new <= math.ceil(wanted))
        changed += int(np.count_nonzero(differs))
        outside += int(np.count_nonzero(differs & ~may))
        left += int(np.count_nonzero((must | differs) & may & ~filled))
    return _told(outside, left, changed, pair.covered)


def _told(outside: int, left: int, changed: int, covered: int) -> list[str]:
    found = []
    if outside:
        found.append("pixels outside the face mask changed")
    if left:
        found.append("pixels inside the face mask do not hold the fill")
    if changed > covered:
        found.append("more pixels changed than were written down")
    return found
