"""Pixels that are covered: text boxes and face masks, on native words that keep all their other bits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID

from cleanroom.encode.black import black
from cleanroom.encode.hidden import Beside, check_overlays, clear_hidden, may_hide
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

    def changed(self) -> Iterator[Pixels]:
        """The frames with what covers them.

        Once: what was covered stays so.
        """
        at, self.cleared = 0, 0
        for pixels in self.frames:
            self._cover(at, pixels)
            yield pixels
            at += pixels.layout.frames

    def range(self) -> tuple[float, float]:
        """The lowest and the highest stored value, covered; the frames are read anew afterwards."""
        lowest, highest = np.inf, -np.inf
        for pixels in self.changed():
            values = self.layout.values(pixels.words)
            lowest, highest = min(lowest, float(values.min())), max(highest, float(values.max()))
        self.frames.forget()
        return lowest, highest

    def value(self) -> PixelValue:
        """The pixel data element in ``syntax``."""
        if self.syntax.is_encapsulated:
            return PixelValue.encapsulated(compress(pixels, self.syntax) for pixels in self.changed())
        assert self.original.pixels is not None
        length = self.original.pixels.length
        known = self.layout.size if length is None or self.frames.encapsulated else length
        vr = self.original.pixels.vr if self.syntax == self.original.syntax else self._vr
        return PixelValue(self.original.pixels.tag, vr, known, (pixels.data() for pixels in self.changed()))

    def holds(self, at: int, before: NDArray[Any], now: NDArray[Any]) -> bool:
        """Whether a frame that was read again has the stored values that it should, (rows, columns, samples).

        Outside of what is covered those of the original, bit for bit; inside of it what was planned.
        """
        layout = self.layout
        if not self.boxes and not layout.floating:
            return np.array_equal(now, self._planned(at, before))
        wide = layout.photometric not in SHARED_CHROMA
        outside = np.ones((layout.rows, layout.columns), np.bool_)
        for box in self.boxes:
            if box.frame in (None, at):
                outside[_place(box, layout)] = False
                if (now[_words(box, layout)] != layout.values(self.dark.astype(self._kind))).any():
                    return False
        if self.face is not None and (inside := self.face.plane(at)).any():
            planned = layout.stored_values(*self.face.real(at))[:, np.newaxis]
            wrong = now[inside] != planned
            if wrong.any() and wrong.any(axis=1)[outside[inside]].any():
                return False
            outside &= ~inside
        differs = before != now
        if layout.floating:
            differs &= ~(np.isnan(before) & np.isnan(now))
        differs = differs[..., 0] if layout.samples == 1 else differs.any(axis=-1)
        return not (differs & (outside if wide else outside[:, ::2])).any()

    def _planned(self, at: int, before: NDArray[Any]) -> NDArray[Any]:
        if self.face is None or not (inside := self.face.plane(at)).any():
            return before
        wanted = before.copy()
        _fill(wanted, inside, self.layout.stored_values(*self.face.real(at)))
        return wanted

    @property
    def _kind(self) -> str:
        return f"u{max(self.layout.allocated, 8) // 8}"

    @property
    def data(self) -> bytes:
        """All of it in memory, of even length."""
        value = self.value()
        found = b"".join(value.pieces)
        return found + bytes(len(found) % 2)

    @property
    def _vr(self) -> str:
        return "OB" if self.layout.allocated <= 8 and not self.syntax.is_implicit_VR else "OW"

    def _cover(self, first: int, pixels: Pixels) -> None:
        layout = self.layout
        if self.clears:
            self.cleared += clear_hidden(pixels)
        for at, words in enumerate(pixels.words, first):
            if self.face is not None and (inside := self.face.plane(at)).any():
                _fill(words, inside, layout.words(layout.stored_values(*self.face.real(at))))
            for box in self.boxes:
                if box.frame in (None, at):
                    words[_words(box, layout)] = self.dark


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
    if boxes or face is not None:
        check_overlays(original.header)
    elif not may_hide(original):
        return None
    frames = Frames(original)
    layout = frames.layout
    if boxes and layout.floating:
        raise SetAside("words in float pixels cannot be covered", "keep the series out of the input")
    for box in boxes:
        _place(box, layout)
    seen = _look(frames, boxes, face)
    if not boxes and not seen.face and not seen.beside.hides:
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


def _fill(frame: NDArray[Any], inside: Flags, values: NDArray[Any]) -> None:
    """Set pixels of a frame, (rows, columns, samples), to values, (n,), or all to one, (1,)."""
    if len(values) == 1:
        np.copyto(frame, values, where=inside[..., np.newaxis], casting="unsafe")
    else:
        frame[inside] = values[:, np.newaxis]


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


def _words(box: TextBox, layout: Layout) -> tuple[slice, slice]:
    """The words of the pixels of a box, in a frame of words."""
    rows, columns = _place(box, layout)
    halves = slice(columns.start // 2, columns.stop // 2)
    return rows, halves if layout.photometric in SHARED_CHROMA else columns


def _place(box: TextBox, layout: Layout) -> tuple[slice, slice]:
    """Rows and columns of a box; whole pairs of columns where two share their chroma."""
    left, right = max(box.left, 0), min(box.right, layout.columns)
    top, bottom = max(box.top, 0), min(box.bottom, layout.rows)
    if left >= right or top >= bottom or not 0 <= (box.frame or 0) < layout.frames:
        raise SetAside(_OUTSIDE)
    if layout.photometric in SHARED_CHROMA:
        left, right = left - left % 2, right + right % 2
    return cast("tuple[slice, slice]", (slice(top, bottom), slice(left, right)))
