"""Pixels that are covered: text boxes and face masks, on native words that keep all their other bits."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from cleanroom.encode.black import black
from cleanroom.encode.frames import Frame
from cleanroom.encode.hidden import clear_hidden, may_hide
from cleanroom.encode.layout import SHARED_CHROMA, Layout, Pixels
from cleanroom.encode.native import native, public_syntax
from cleanroom.encode.pixels import stored
from cleanroom.errors import SetAside
from cleanroom.records import TextBox

Flags = NDArray[np.bool_]
_OUTSIDE = "a box that is to be covered does not lie in the image"
DESCRIBED = ("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames")
"""What may be another thing once compressed pixels are decoded."""


@dataclass(frozen=True)
class FaceFill:
    """The pixels of a face in one instance.

    Attributes
    ----------
    real
        (frames, rows, columns), what the pixels are to hold in real units, NaN where they stay; mapped
        through the rescale of each of the ``positions``.
    """

    real: NDArray[np.float64]
    positions: list[Frame]

    @cached_property
    def inside(self) -> Flags:
        """(frames, rows, columns)."""
        return ~np.isnan(self.real)


@dataclass(frozen=True)
class Covered:
    """Pixel data that were written anew.

    Attributes
    ----------
    data, syntax
        The bytes, and the transfer syntax in which they are: the original's where that is native.
    attributes
        What the pixel data are now, by keyword.
    pixels, cleared
        Pixels that were covered, and words beside whose value something was cleared.
    """

    data: bytes
    syntax: UID
    attributes: dict[str, Any]
    pixels: int
    cleared: int


def covered(original: Dataset, boxes: list[TextBox], face: FaceFill | None = None) -> Covered | None:
    """Cover what has to be covered of one instance; None when its pixel bytes may stay as they are.

    Raises
    ------
    SetAside
        When the pixels cannot be read, or cannot be written as they should be.
    """
    syntax = public_syntax(original)
    if not boxes and face is None and not may_hide(original):
        return None
    source = native(original)
    pixels = Pixels(source)
    layout = pixels.layout
    done = np.zeros((layout.frames, layout.rows, layout.columns), np.bool_)
    dark = black(source, pixels) if boxes else np.zeros(0)
    cleared = clear_hidden(pixels)
    if not boxes and face is None and not cleared:
        return None
    if face is not None:
        _cover_face(source, pixels, face)
        done |= face.inside
    for box in boxes:
        frames, rows, columns = _place(box, layout)
        done[frames, rows, columns] = True
        halves = slice(columns.start // 2, columns.stop // 2)
        across = halves if layout.photometric in SHARED_CHROMA else columns
        pixels.words[frames, rows, across] = dark
    attributes = {}
    if syntax.is_encapsulated:
        attributes = {name: source[name].value for name in DESCRIBED if name in source}
        syntax = ExplicitVRLittleEndian
    return Covered(pixels.data(), syntax, attributes, int(done.sum()), cleared)


def _cover_face(source: Dataset, pixels: Pixels, face: FaceFill) -> None:
    layout = pixels.layout
    if layout.samples > 1 and layout.photometric != "RGB":
        raise SetAside(f"a face in {layout.photometric} pixels cannot be filled")
    for at, position in enumerate(face.positions):
        inside = face.inside[at]
        values = stored(face.real[at][inside], source, position.slope, position.intercept)
        pixels.words[at][inside] = layout.words(values)[:, np.newaxis]


def _place(box: TextBox, layout: Layout) -> tuple[slice, slice, slice]:
    """Frames, rows and columns of a box; whole pairs of columns where two share their chroma."""
    left, right = max(box.left, 0), min(box.right, layout.columns)
    top, bottom = max(box.top, 0), min(box.bottom, layout.rows)
    if left >= right or top >= bottom or not 0 <= (box.frame or 0) < layout.frames:
        raise SetAside(_OUTSIDE)
    if layout.photometric in SHARED_CHROMA:
        left, right = left - left % 2, right + right % 2
    frames = slice(None) if box.frame is None else slice(box.frame, box.frame + 1)
    return cast("tuple[slice, slice, slice]", (frames, slice(top, bottom), slice(left, right)))
