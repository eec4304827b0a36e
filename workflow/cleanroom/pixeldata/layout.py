"""How the words of an instance lie in its native pixel data (PS3.5 section 8, PS3.3 C.7.6.3.1)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.errors import SetAside
from cleanroom.header.elements import NO_VALUE
from cleanroom.pixeldata.original import DOUBLE, FLOAT, Original

Words = NDArray[Any]
"""Unsigned pixel words, (frames, rows, columns, samples): a view that writes through.

With YBR_FULL_422 two pixels share their chroma: (frames, rows, columns / 2, 4), being Y, Y, Cb, Cr.
"""
SHARED_CHROMA = ("YBR_FULL_422", "YBR_PARTIAL_422")
_WIDTHS = (1, 8, 16, 32)
_FLOATS = {FLOAT: 32, DOUBLE: 64}


@dataclass(frozen=True)
class Layout:
    """The attributes of the pixel words."""

    photometric: str
    frames: int
    rows: int
    columns: int
    samples: int
    by_plane: bool
    """Planar Configuration 1: one colour after the other."""
    allocated: int
    stored: int
    high: int
    signed: bool
    big_endian: bool
    swapped: bool
    """8-bit samples in words of 16 bits, the high byte first: every pair of bytes is turned round."""

    floating: bool = False
    """Float or double float pixel data: the words are the values."""

    @classmethod
    def of(cls, original: Original, header: Dataset | None = None) -> "Layout":
        """The layout of native pixel data.

        Parameters
        ----------
        original
            Where they lie; of compressed ones, what they are once decoded.
        header
            Its image pixel attributes, where they are others than those of the original.

        Raises
        ------
        SetAside
            When the attributes do not say how the pixels lie.
        """
        header = original.header if header is None else header
        if original.pixels is None:
            raise SetAside("it has no pixels that could be covered")
        floats = _FLOATS.get(original.pixels.tag, 0)
        try:
            allocated, samples = floats or int(header.BitsAllocated), int(header.SamplesPerPixel)
            big_endian = not original.syntax.is_little_endian
            layout = cls(
                photometric=str(header.PhotometricInterpretation).strip(),
                frames=int(header.get("NumberOfFrames") or 1),
                rows=int(header.Rows),
                columns=int(header.Columns),
                samples=samples,
                by_plane=samples > 1 and int(header.get("PlanarConfiguration") or 0) == 1,
                allocated=allocated,
                stored=floats or int(header.BitsStored),
                high=floats - 1 if floats else int(header.HighBit),
                signed=not floats and int(header.PixelRepresentation) == 1,
                big_endian=big_endian,
                swapped=big_endian and allocated == 8 and original.pixels.vr == "OW",
                floating=bool(floats),
            )
        except NO_VALUE:
            raise SetAside("its header does not say how its pixels lie") from None
        layout._check()
        return layout

    def _check(self) -> None:
        if self.frames < 1 or self.rows < 1 or self.columns < 1 or self.samples < 1:
            raise SetAside("its header says that it has no pixels")
        if self.allocated not in (64,) * self.floating + _WIDTHS:
            raise SetAside(f"pixels of {self.allocated} bits cannot be covered")
        if not 0 < self.stored <= self.high + 1 <= self.allocated:
            raise SetAside("its stored bits do not lie within its pixel words")
        if self.photometric in SHARED_CHROMA and (self.samples != 3 or self.columns % 2 or self.by_plane):
            raise SetAside("its pixels share their colours in a way that is not the standard's")
        if self.allocated == 1 and self.samples != 1:
            raise SetAside("colours of one bit cannot be covered")

    @property
    def shift(self) -> int:
        """Bits below the stored value."""
        return self.high + 1 - self.stored

    @property
    def stored_bits(self) -> int:
        """The bits of a word that are the stored value, as a mask."""
        return ((1 << self.stored) - 1) << self.shift

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The shape of the words."""
        if self.photometric in SHARED_CHROMA:
            return self.frames, self.rows, self.columns // 2, 4
        return self.frames, self.rows, self.columns, self.samples

    @property
    def size(self) -> int:
        """Bytes of all words."""
        return (int(np.prod(self.shape)) * self.allocated + 7) // 8

    @property
    def apart(self) -> bool:
        """Whether frames lie byte by byte, so that each can be read alone."""
        return self.allocated > 1 and not self.swapped

    def alone(self, frames: int) -> "Layout":
        """The layout of so many of the frames."""
        return replace(self, frames=frames)

    def values(self, words: Words) -> NDArray[Any]:
        """The stored values of words, as integers no wider than these; of floats the floats."""
        kind = words.dtype.newbyteorder("=")
        if self.floating:
            return words.astype(kind, copy=False).view(f"f{kind.itemsize}")
        width = kind.itemsize * 8
        above, words = width - 1 - self.high, words.astype(kind, copy=False)
        if self.signed:
            turned = np.left_shift(words, above) if above else words
            values = turned.view(f"i{kind.itemsize}")
            return np.right_shift(values, above + self.shift) if above + self.shift else values
        if self.stored == width:
            return words
        values = np.right_shift(words, self.shift) if self.shift else words
        return np.asarray(values & kind.type((1 << self.stored) - 1))

    def word(self, value: int) -> int:
        """A stored value as a word: what lies above it is its sign, what lies below it is zero."""
        return int(self.words(np.array(value)))

    def words(self, values: NDArray[Any]) -> NDArray[Any]:
        """Stored values as words."""
        if self.floating:
            kind = f"f{self.allocated // 8}"
            return np.asarray(values, kind).view(f"u{self.allocated // 8}")
        if self.shift:
            return np.asarray((values & ((1 << self.stored) - 1)) << self.shift)
        return np.asarray(values & ((1 << self.allocated) - 1))

    @property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest value that the stored bits hold."""
        if self.signed:
            return -(1 << (self.stored - 1)), (1 << (self.stored - 1)) - 1
        return 0, (1 << self.stored) - 1

    def stored_values(self, real: NDArray[np.float64], slope: float, intercept: float) -> NDArray[Any]:
        """The stored values nearest to values in real units that the bits can hold."""
        values = (real - intercept) / (slope or 1.0)
        if self.floating:
            return np.asarray(values)
        low, high = self.range
        return np.clip(np.rint(values), low, high).astype(np.int64)


class Pixels:
    """Some frames of native pixel data, to be changed in place.

    Parameters
    ----------
    layout
        Theirs.
    data
        Their bytes, and what follows them.
    """

    def __init__(self, layout: Layout, data: bytearray) -> None:
        self.layout = layout
        self._bytes = np.frombuffer(data, np.uint8)
        self._odd = len(data) % 2
        if layout.swapped:
            self._bytes[: len(data) - self._odd].view("<u2").byteswap(inplace=True)
        self.words = self._view()

    def _view(self) -> Words:
        layout = self.layout
        frames, rows, columns, samples = layout.shape
        if layout.allocated == 1:
            count = frames * rows * columns
            bits = np.unpackbits(self._bytes[: layout.size], bitorder="little")[:count]
            return bits.reshape(layout.shape)
        order = ">" if layout.big_endian else "<"
        flat = self._bytes[: layout.size].view(f"{order}u{layout.allocated // 8}")
        if layout.by_plane:
            return flat.reshape(frames, samples, rows, columns).transpose(0, 2, 3, 1)
        return flat.reshape(layout.shape)

    @property
    def tail(self) -> NDArray[np.uint8]:
        """What follows the last word: padding, a view that writes through."""
        return self._bytes[self.layout.size :]

    def data(self) -> bytes:
        """The bytes in the order of the original."""
        result = self._bytes
        if self.layout.allocated == 1:
            result = result.copy()
            left = np.unpackbits(result[: self.layout.size], bitorder="little")
            left[: self.words.size] = self.words.ravel()
            result[: self.layout.size] = np.packbits(left, bitorder="little")
        if self.layout.swapped:
            result = result.copy()
            result[: len(result) - self._odd].view("<u2").byteswap(inplace=True)
        return result.tobytes()
