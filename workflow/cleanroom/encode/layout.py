"""How the words of an instance lie in its native pixel data (PS3.5 section 8, PS3.3 C.7.6.3.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.errors import SetAside

Words = NDArray[Any]
"""Unsigned pixel words, (frames, rows, columns, samples): a view that writes through.

With YBR_FULL_422 two pixels share their chroma: (frames, rows, columns / 2, 4), being Y, Y, Cb, Cr.
"""
SHARED_CHROMA = ("YBR_FULL_422", "YBR_PARTIAL_422")
_WIDTHS = (1, 8, 16, 32)


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

    @classmethod
    def of(cls, original: Dataset) -> "Layout":
        """The layout of native pixel data.

        Raises
        ------
        SetAside
            When the attributes do not say how the pixels lie.
        """
        try:
            allocated, samples = int(original.BitsAllocated), int(original.SamplesPerPixel)
            big_endian = not original.original_encoding[1]
            layout = cls(
                photometric=str(original.PhotometricInterpretation).strip(),
                frames=int(original.get("NumberOfFrames") or 1),
                rows=int(original.Rows),
                columns=int(original.Columns),
                samples=samples,
                by_plane=samples > 1 and int(original.get("PlanarConfiguration") or 0) == 1,
                allocated=allocated,
                stored=int(original.BitsStored),
                high=int(original.HighBit),
                signed=int(original.PixelRepresentation) == 1,
                big_endian=big_endian,
                swapped=big_endian and allocated == 8 and original["PixelData"].VR == "OW",
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            raise SetAside("its header does not say how its pixels lie") from None
        layout._check()
        return layout

    def _check(self) -> None:
        if self.allocated not in _WIDTHS:
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

    def values(self, words: Words) -> NDArray[np.int64]:
        """The stored values of words."""
        values = (words.astype(np.int64) >> self.shift) & ((1 << self.stored) - 1)
        return values - ((values >> (self.stored - 1)) << self.stored) if self.signed else values

    def word(self, value: int) -> int:
        """A stored value as a word: what lies above it is its sign, what lies below it is zero."""
        return int(self.words(np.array(value)))

    def words(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Stored values as words."""
        if self.shift:
            return np.asarray((values & ((1 << self.stored) - 1)) << self.shift)
        return np.asarray(values & ((1 << self.allocated) - 1))


class Pixels:
    """Native pixel data, to be changed in place.

    Parameters
    ----------
    original
        An instance with native pixel data, in its own byte order.
    """

    def __init__(self, original: Dataset) -> None:
        self.layout = layout = Layout.of(original)
        data = original.PixelData
        if len(data) < layout.size:
            raise SetAside("the file ends inside its pixels")
        self._odd = len(data) % 2
        self._bytes = np.frombuffer(bytearray(data), np.uint8)
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
        """The pixel data in the byte order of the original, of even length."""
        result = self._bytes
        if self.layout.allocated == 1:
            result = result.copy()
            left = np.unpackbits(result[: self.layout.size], bitorder="little")
            left[: self.words.size] = self.words.ravel()
            result[: self.layout.size] = np.packbits(left, bitorder="little")
        if self.layout.swapped:
            result = result.copy()
            result[: len(result) - self._odd].view("<u2").byteswap(inplace=True)
        return result.tobytes() + bytes(self._odd)
