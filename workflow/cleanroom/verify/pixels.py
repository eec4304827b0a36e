"""Check 2: a pixel that nothing covers keeps its stored value, and a covered one holds the fill."""

from collections.abc import Iterable, Iterator
from itertools import repeat, zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleanroom.records import SeriesFace
from cleanroom.verify import boxes, code_streams, decoded, masks, mosaics, placement, tables
from cleanroom.verify.boxes import Fill, Plane
from cleanroom.verify.decoded import FLOATS, UNCOMPRESSED, Stored
from cleanroom.verify.header import Element, Header
from cleanroom.verify.hidden import hidden
from cleanroom.verify.masks import Mask, Real
from cleanroom.verify.mosaics import Tile
from cleanroom.verify.placement import Frame
from cleanroom.verify.subject import SEGMENTATIONS, Pair

CHUNK = 1 << 20
LOSSY = tuple(f"1.2.840.10008.1.2.4.{end}" for end in ("50", "51", "81", "100", "101", "102", "103", "104"))
GEOMETRY_ROOTS = frozenset((0x52009229, 0x52009230, 0x30060039))
"""Functional groups and contours: the sequences in which geometry is nested."""
CONTOURS = (0x30060039,)
"""What outlines.py compares, contour by contour."""
COLOURS, PLANES, LOSSY_BEFORE = 0x00280004, 0x00280006, 0x00282110
_BINARY = ("US", "SS", "UL", "SL", "FL", "FD")


def findings(pair: Pair, face: SeriesFace | None, series_masks: list[Mask]) -> list[str]:
    """What changed in the pixels of one instance that should not have, and what should have and did not."""
    found = _meaning(pair) + _described(pair)
    if (pair.before.pixels is None) != (pair.after.pixels is None):
        return [*found, "pixel data are there only before or only after"]
    if pair.after.pixels is None:
        return [*found, "there are no pixels, and words in them were to be covered"] if pair.boxes else found
    same, cleared = _same_bytes(pair), hidden(pair.before, pair.syntax)
    untouched = not pair.covered and not pair.boxes and not cleared
    silent = untouched and not same and _silent(pair)
    if untouched and not same and not silent:
        found.append("pixel bytes or transfer syntax differ although nothing is covered")
    if not untouched and pair.after.syntax in LOSSY:
        found.append("a changed instance is not written losslessly")
    if cleared if same else hidden(pair.after, pair.after.syntax):
        found.append("bits beside the stored values are left, in which an overlay may be drawn")
    if pair.covered and not pair.boxes and pair.row.sop_class_uid in SEGMENTATIONS:
        return found  # segments.py compares every pixel
    if pair.covered and not series_masks and not pair.boxes:
        found.append("pixels were replaced that no mask covers, nor a text box")
    elif (series_masks and face is not None) or not untouched or silent:
        found += _frames(pair, face.fill if face else 0.0, series_masks)
    return found


def stored_fill(header: Header, frame: Frame, fill: Real) -> Real:
    """A fill as stored values: through the rescale, within what the pixels can hold."""
    if header.pixels is not None and header.pixels.tag in FLOATS:
        return (fill - frame.intercept) / (frame.slope or 1.0)
    bits, signed = header.number(0x00280101) or 16, header.number(0x00280103)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return np.clip((fill - frame.intercept) / (frame.slope or 1.0), low, high)


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


def _described(pair: Pair) -> list[str]:
    """What the header says of colours and of lossy compression must still be true."""
    found = []
    old, new = pair.before.text(COLOURS), pair.after.text(COLOURS)
    decoded_now = pair.syntax not in UNCOMPRESSED and pair.after.syntax in UNCOMPRESSED
    if old != new and not (decoded_now and old.startswith("YBR") and new == "RGB"):
        found.append("(0028,0004) differs: it says what the pixels are")
    if not decoded_now and pair.before.number(PLANES) != pair.after.number(PLANES):
        found.append("(0028,0006) differs: it says what the pixels are")
    if pair.before.text(LOSSY_BEFORE) == "01" and pair.after.text(LOSSY_BEFORE) != "01":
        found.append("(0028,2110) no longer says that the pixels were compressed with loss")
    return found


def _same_bytes(pair: Pair) -> bool:
    old, new = pair.before.pixels, pair.after.pixels
    assert old is not None and new is not None
    size, padding = old.stop - old.start, pair.after.buffer[new.start + old.stop - old.start : new.stop]
    if (
        pair.syntax != pair.after.syntax
        or padding != bytes(size % 2)[: len(padding)]
        or new.stop - new.start < size
    ):
        return False
    return all(
        pair.before.buffer[old.start + at : min(old.start + at + CHUNK, old.stop)]
        == pair.after.buffer[new.start + at : min(new.start + at + CHUNK, new.start + size)]
        for at in range(0, size, CHUNK)
    )


def _silent(pair: Pair) -> bool:
    """Whether the pixel bytes are the same but for comments of compressed pixels, which are zero now."""
    old, new = pair.before.pixels, pair.after.pixels
    assert old is not None and new is not None
    spoken = code_streams.places(pair.before)
    if pair.syntax != pair.after.syntax or new.stop - new.start != old.stop - old.start or not spoken:
        return False
    moved, at = new.start - old.start, old.start
    for start, stop in [*spoken, (old.stop, old.stop)]:
        if pair.before.buffer[at:start] != pair.after.buffer[at + moved : start + moved]:
            return False
        before, after = pair.before.buffer[start:stop], pair.after.buffer[start + moved : stop + moved]
        if after != before and any(after):
            return False
        at = stop
    return True


def _frames(pair: Pair, fill: float, series_masks: list[Mask]) -> list[str]:
    shape = (pair.before.number(0x00280010), pair.before.number(0x00280011))
    places = [place for place in placement.frames(pair.before) if place is not None] if series_masks else []
    count = max(pair.before.number(0x00280008), 1)
    slices = [mosaics.tiles(pair.before, place) for place in places]
    if series_masks and (len(places) < count or not all(slices)):
        return ["the place of a frame in the patient is not known, so its face mask cannot be checked"]
    masked = any(
        masks.cover(series_masks, tile.place, tile.shape)[1].any() for tiles in slices for tile in tiles
    )
    if pair.covered == 0 and not masked and _same_bytes(pair):
        return []
    tally = Tally(pair)
    as_they_are = pair.before.text(COLOURS) == pair.after.text(COLOURS)
    before = decoded.frames(pair.before, raw=as_they_are, syntax=pair.syntax)
    after = decoded.frames(pair.after)
    for at, (old, new, tiles) in enumerate(zip_longest(before, after, slices or repeat(None, count))):
        if old is None or new is None or at >= count or old.shape != new.shape:
            return ["the number or the size of the frames differs"]
        if tiles is None:
            tally.add(at, old, new, Masked.nowhere(shape))
        elif len(tiles) == 1:
            tally.add(at, old, new, _masked(pair.after, tiles[0], new, series_masks, fill))
        else:
            tally.add(at, old, new, _mosaic(pair.after, tiles, new, series_masks, fill))
    return tally.findings()


def _masked(header: Header, tile: Tile, new: Stored, series_masks: list[Mask], fill: float) -> "Masked":
    held = masks.held(series_masks, tile.place, tile.shape, fill)
    filled = _filled(header, tile.place, new[tile.part], held)
    return Masked(*masks.cover(series_masks, tile.place, tile.shape), filled)


def _mosaic(
    header: Header, tiles: list[Tile], new: Stored, series_masks: list[Mask], fill: float
) -> "Masked":
    """The mask on all tiles of a mosaic; they are of one volume and of one time."""
    shape = (new.shape[0], new.shape[1])
    may, must = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    parts = [_masked(header, tile, new, series_masks, fill) for tile in tiles]
    for tile, part in zip(tiles, parts, strict=True):
        may[tile.part], must[tile.part] = part.may, part.must
    return Masked(may, must, _together(shape, tiles, [part.filled for part in parts]))


def _together(shape: tuple[int, int], tiles: list[Tile], filled: list[Iterable[Plane]]) -> Iterator[Plane]:
    for planes in zip(*filled, strict=True):
        whole = np.zeros(shape, np.bool_)
        for tile, plane in zip(tiles, planes, strict=True):
            whole[tile.part] = plane
        yield whole


def _filled(header: Header, place: Frame, new: Stored, held: Iterable[tuple[Real, Real]]) -> Iterator[Plane]:
    """Where pixels hold what they should: for each volume and time that the frame may be."""
    for bounds in held:
        ends = [stored_fill(header, place, bound) for bound in bounds]
        low, high = np.minimum(*ends), np.maximum(*ends)
        low, high = (end if new.ndim == 2 else end[..., np.newaxis] for end in (low, high))
        if new.dtype.kind == "f":
            low, high = (
                np.nextafter(low.astype(new.dtype), -np.inf),
                np.nextafter(high.astype(new.dtype), np.inf),
            )
        else:
            low, high = np.floor(low), np.ceil(high)
        known = bounds[0] <= bounds[1]
        yield known & _every((new >= low) & (new <= high))


class Masked(NamedTuple):
    """A face mask on one frame, planes (rows, columns)."""

    may: Plane
    must: Plane
    filled: Iterable[Plane]
    """Where pixels hold what takes the face's place: one of these must be so."""

    @classmethod
    def nowhere(cls, shape: tuple[int, int]) -> "Masked":
        """Without a face mask."""
        none = np.zeros(shape, np.bool_)
        return cls(none, none, [none])


class Tally:
    """What the frames of one instance add up to."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._outside = self._left = self._changed = 0
        self._boxed = False
        self._fill = Fill(pair.after.text(COLOURS), decoded.stored_bits(pair.after)[0])

    def add(self, frame: int, old: Stored, new: Stored, masked: Masked) -> None:
        """Compare one frame."""
        differs = ~_every(_alike(old, new))
        box = boxes.plane(self._pair.boxes, frame, self._pair.after)
        if old.dtype.kind != "f":
            self._fill.add(old, new, box)
        elif box.any():
            self._boxed = True
        self._changed += int(np.count_nonzero(differs))
        self._outside += int(np.count_nonzero(differs & ~masked.may & ~box))
        due = (masked.must | differs) & masked.may & ~box
        if due.any():
            self._left += _fewest(int(np.count_nonzero(due & ~filled)) for filled in masked.filled)

    def findings(self) -> list[str]:
        """What is not as it should be."""
        found = self._fill.findings()
        if self._outside:
            covers = "text boxes" if self._pair.boxes else "face mask"
            found.append(f"pixels outside the {covers} changed")
        if self._boxed:
            found.append("words in float pixels cannot be shown to be covered")
        if self._left:
            found.append("pixels inside the face mask do not hold the fill")
        if self._changed > self._pair.covered:
            found.append("more pixels changed than were written down")
        return found


def _fewest(counts: Iterable[int]) -> int:
    """The least of some counts; what follows a zero is not looked at."""
    least = -1
    for count in counts:
        least = count if least < 0 else min(least, count)
        if not least:
            break
    return max(least, 0)


def _alike(old: Stored, new: Stored) -> NDArray[np.bool_]:
    """Where two frames hold the same; of floats also nothing (NaN)."""
    same = np.asarray(old == new)
    return same | (np.isnan(old) & np.isnan(new)) if old.dtype.kind == "f" else same


def _every(samples: NDArray[np.bool_]) -> Plane:
    """Whether all samples of a pixel are so."""
    return samples if samples.ndim == 2 else np.asarray(samples.all(axis=-1), np.bool_)
