"""Pixels that are covered: text boxes and face masks, on native words that keep all their other bits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID

from cleanroom.encode.black import black
from cleanroom.encode.hidden import Beside, clear_hidden, may_hide
from cleanroom.errors import SetAside
from cleanroom.pixeldata.compressed import chosen, compress
from cleanroom.pixeldata.frames import Frames
from cleanroom.pixeldata.layout import SHARED_CHROMA, Layout, Pixels
from cleanroom.pixeldata.original import Original
from cleanroom.pixeldata.written import PixelValue
from cleanroom.records import TextBox

Flags = NDArray[np.bool_]
Real = NDArray[np.float64]
_OUTSIDE = "a box that is to be covered does not lie in the image"


class FaceFill(Protocol):
    """What is to take the place of a face in one instance."""

    def prove(self, at: int, values: NDArray[Any]) -> int:
        """Look at a frame's stored values, (rows, columns[, samples]); how many pixels of it are covered."""

    def plane(self, at: int) -> Flags:
        """The covered pixels of a frame that was looked at, (rows, columns)."""

    def real(self, at: int) -> tuple[Real, float, float]:
        """What they are to hold in real units, (n,), and slope and intercept of the frame."""


@dataclass
class Covered:
    """Pixel data that are written anew, frame by frame.

    Attributes
    ----------
    frames, layout, syntax
        The frames as they are now, how their words lie, and the transfer syntax to write them in.
    attributes
        What the pixel data are now, by keyword.
    pixels, cleared
        Pixels that are covered, and words beside whose value something is cleared.
    """

    frames: Frames
    layout: Layout
    syntax: UID
    attributes: dict[str, Any]
    pixels: int
    boxes: list[TextBox]
    face: FaceFill | None
    clears: bool
    dark: NDArray[np.int64]
    original: Original
    cleared: int = 0
    lowest: float = field(default=np.inf)
    highest: float = field(default=-np.inf)

    def changed(self) -> Iterator[tuple[int, Pixels, Flags]]:
        """Some frames with what covers them, the number of the first, and where they are covered.

        Once: what was covered stays so.
        """
        at = 0
        self.cleared, self.lowest, self.highest = 0, np.inf, -np.inf
        for pixels in self.frames:
            covered = self._cover(at, pixels)
            values = self.layout.values(pixels.words)
            self.lowest = min(self.lowest, float(values.min()))
            self.highest = max(self.highest, float(values.max()))
            yield at, pixels, covered
            at += pixels.layout.frames

    def value(self) -> PixelValue:
        """The pixel data element in ``syntax``."""
        if self.syntax.is_encapsulated:
            return PixelValue.encapsulated(
                compress(pixels, self.syntax) for _, pixels, _ in self.changed()
            )
        assert self.original.pixels is not None
        length = self.original.pixels.length
        known = self.layout.size if length is None or self.frames.encapsulated else length
        vr = self.original.pixels.vr if self.syntax == self.original.syntax else self._vr
        return PixelValue(self.original.pixels.tag, vr, known, (pixels.data() for _, pixels, _ in self.changed()))

    def holds(self, at: int, before: NDArray[Any], now: NDArray[Any]) -> bool:
        """Whether a frame that was read again has the stored values, (rows, columns, samples), that it should.

        Outside of what is covered those of the original, bit for bit; inside of it what was planned.
        """
        plane = np.zeros((self.layout.rows, self.layout.columns), np.bool_)
        wide = self.layout.photometric not in SHARED_CHROMA
        for box in self.boxes:
            if box.frame in (None, at):
                place = _place(box, self.layout)
                plane[place] = True
                here = place if wide else (place[0], slice(place[1].start // 2, place[1].stop // 2))
                if (now[here] != self.layout.values(self.dark.astype(f"u{now.dtype.itemsize}"))).any():
                    return False
        if self.face is not None:
            inside = self.face.plane(at)
            planned = self.layout.stored_values(*self.face.real(at))
            if (now[inside] != planned[:, np.newaxis]).any(axis=1)[~plane[inside]].any():
                return False
            plane |= inside
        kept = ~plane if wide else ~plane[:, ::2]
        same = before == now
        if self.layout.floating:
            same |= np.isnan(before) & np.isnan(now)
        return bool(same.all(axis=-1)[kept].all())

    @property
    def data(self) -> bytes:
        """All of it in memory, of even length."""
        value = self.value()
        found = b"".join(value.pieces)
        return found + bytes(len(found) % 2)

    @property
    def _vr(self) -> str:
        return "OB" if self.layout.allocated <= 8 and not self.syntax.is_implicit_VR else "OW"

    def _cover(self, at: int, pixels: Pixels) -> Flags:
        layout = self.layout
        covered = np.zeros((pixels.layout.frames, layout.rows, layout.columns), np.bool_)
        if self.clears:
            self.cleared += clear_hidden(pixels)
        for number in range(pixels.layout.frames):
            if self.face is not None:
                inside = self.face.plane(at + number)
                covered[number] |= inside
                if inside.any():
                    real, slope, intercept = self.face.real(at + number)
                    words = layout.words(layout.stored_values(real, slope, intercept))
                    pixels.words[number][inside] = words[:, np.newaxis]
            for box in self.boxes:
                _blacken(box, at + number, layout, pixels.words[number], covered[number], self.dark)
        return covered


def covered(
    original: Original, boxes: list[TextBox], face: FaceFill | None = None, syntax: str = "same"
) -> Covered | None:
    """What is to be covered of one instance; None when its pixel bytes may stay as they are.

    Parameters
    ----------
    syntax
        How to write it: ``encode.transfer_syntax``.

    Raises
    ------
    SetAside
        When the pixels cannot be read, or cannot be written as they should be.
    """
    may = may_hide(original)
    if not boxes and face is None and not may:
        return None
    frames = Frames(original)
    layout = frames.layout
    for box in boxes:
        _place(box, layout)
    seen = _look(frames, boxes, face)
    if not boxes and not seen.face and not (may and seen.beside.hides):
        return None
    if seen.face and layout.samples > 1 and layout.photometric != "RGB":
        raise SetAside(f"a face in {layout.photometric} pixels cannot be filled")
    dark = black(original.header, layout, seen.lowest, seen.highest) if boxes else np.zeros(0, np.int64)
    return Covered(
        frames=frames,
        layout=layout,
        syntax=chosen(syntax, original.syntax, layout),
        attributes=frames.attributes,
        pixels=_count(boxes, layout, face, seen.face),
        boxes=boxes,
        face=face if seen.face else None,
        clears=seen.beside.hides,
        dark=dark,
        original=original,
    )


@dataclass
class _Seen:
    """What one look at all frames found."""

    face: int = 0
    beside: Beside = field(default_factory=Beside)
    lowest: float = np.inf
    highest: float = -np.inf


def _look(frames: Frames, boxes: list[TextBox], face: FaceFill | None) -> _Seen:
    seen, layout, at = _Seen(), frames.layout, 0
    for pixels in frames:
        seen.beside.look(pixels)
        if boxes or face is not None:
            values = layout.values(pixels.words)
            if boxes:
                seen.lowest = min(seen.lowest, float(values.min()))
                seen.highest = max(seen.highest, float(values.max()))
            for frame in values if face is not None else ():
                assert face is not None
                seen.face += face.prove(at, frame[..., 0] if layout.samples == 1 else frame)
                at += 1
    return seen


def _count(boxes: list[TextBox], layout: Layout, face: FaceFill | None, inside: int) -> int:
    """Pixels that are covered by anything."""
    if not boxes:
        return inside
    found = 0
    for at in range(layout.frames):
        plane = np.zeros((layout.rows, layout.columns), np.bool_)
        if face is not None and inside:
            plane |= face.plane(at)
        for box in boxes:
            if box.frame in (None, at):
                plane[_place(box, layout)] = True
        found += int(plane.sum())
    return found


def _blacken(
    box: TextBox, at: int, layout: Layout, words: NDArray[Any], covered: Flags, dark: NDArray[np.int64]
) -> None:
    if box.frame not in (None, at):
        return
    rows, columns = _place(box, layout)
    covered[rows, columns] = True
    halves = slice(columns.start // 2, columns.stop // 2)
    words[rows, halves if layout.photometric in SHARED_CHROMA else columns] = dark


def _place(box: TextBox, layout: Layout) -> tuple[slice, slice]:
    """Rows and columns of a box; whole pairs of columns where two share their chroma."""
    left, right = max(box.left, 0), min(box.right, layout.columns)
    top, bottom = max(box.top, 0), min(box.bottom, layout.rows)
    if left >= right or top >= bottom or not 0 <= (box.frame or 0) < layout.frames:
        raise SetAside(_OUTSIDE)
    if layout.photometric in SHARED_CHROMA:
        left, right = left - left % 2, right + right % 2
    return cast("tuple[slice, slice]", (slice(top, bottom), slice(left, right)))


