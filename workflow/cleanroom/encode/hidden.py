"""Bits of the pixel words that are no pixel: old overlays were drawn in them, so they may carry words."""

from dataclasses import dataclass

import numpy as np
from pydicom import Dataset
from pydicom.pixels.utils import _get_jpg_parameters, get_j2k_parameters
from pydicom.uid import JPEG2000TransferSyntaxes, RLELossless

from cleanroom.errors import SetAside
from cleanroom.pixeldata.fragments import frame_spans
from cleanroom.pixeldata.layout import Layout, Pixels, Words
from cleanroom.pixeldata.original import PIXELS, Original

_HEAD = 1 << 16
"""Bytes in which a code stream says its precision."""
_OVERLAYS = range(0x6000, 0x6020, 2)
_BITS_ALLOCATED, _BIT_POSITION, _DATA = 0x0100, 0x0102, 0x3000


def may_hide(original: Original) -> bool:
    """Whether words of the pixel data have bits beside the stored value; compressed ones say how many.

    Raises
    ------
    SetAside
        When an overlay is declared in the bits of the stored values.
    """
    header = original.header
    if original.pixels is None or original.pixels.tag != PIXELS:
        return False
    allocated, stored = header.get("BitsAllocated"), header.get("BitsStored")
    check_overlays(header)
    if not allocated or not stored:
        return False
    if original.syntax.is_encapsulated:
        return bool(
            allocated != stored
            and (original.syntax == RLELossless or _precision(original, int(allocated)) > int(stored))
        )
    return allocated != stored or _has_tail(original)


@dataclass
class Beside:
    """What lies beside the stored values of an instance, gathered over its frames."""

    bits: bool = False
    """Some of these bits are set."""
    unlike: bool = False
    """Some words are not as :func:`clear_hidden` would leave them."""
    tail: bool = False
    """Something follows the last word."""

    def look(self, pixels: Pixels) -> None:
        """Look at some frames."""
        layout, words = pixels.layout, pixels.words
        self.tail |= bool(np.any(pixels.tail))
        if layout.floating or layout.stored == layout.allocated:
            return
        found = bool((words & _other_bits(layout)).any())
        self.bits |= found
        if layout.signed and not layout.shift:
            self.unlike = self.unlike or bool((_clean(layout, words) != words).any())
        else:
            self.unlike |= found

    @property
    def hides(self) -> bool:
        """Whether anything has to be cleared: not where all of these bits are zero, or all are the sign."""
        return self.tail or (self.bits and self.unlike)


def clear_hidden(pixels: Pixels) -> int:
    """Clear what lies beside the stored values, and behind the last word; the number of words changed.

    Bits above a signed value become its sign, all others zero.
    """
    layout = pixels.layout
    cleared = int(np.count_nonzero(pixels.tail))
    pixels.tail[:] = 0
    if layout.floating or layout.stored == layout.allocated:
        return cleared
    for frame in pixels.words:
        clean = _clean(layout, frame)
        cleared += int(np.count_nonzero(clean != frame))
        frame[...] = clean
    return cleared


def _has_tail(original: Original) -> bool:
    """Whether more than padding follows the last pixel; no where its attributes contradict each other."""
    try:
        layout = Layout.of(original)
    except SetAside:
        return False
    assert original.pixels is not None
    if original.pixels.length is None:
        return True  # native pixels without a length: whoever looks closer sets them aside
    behind = original.pixels.length - layout.size
    return behind > 0 and any(original.read(original.pixels.start + layout.size, behind))


def _other_bits(layout: Layout) -> int:
    return ((1 << layout.allocated) - 1) & ~layout.stored_bits


def _clean(layout: Layout, words: Words) -> Words:
    if layout.signed and not layout.shift:
        every = (1 << layout.allocated) - 1
        return np.asarray(layout.values(words).astype(np.int64) & every, words.dtype)
    return np.asarray(words & layout.stored_bits, words.dtype)


def check_overlays(header: Dataset) -> None:
    """No overlay may be declared in the bits of the stored values.

    Raises
    ------
    SetAside
        When one is.
    """
    for group in _OVERLAYS:
        tag = group << 16
        if tag | _BIT_POSITION not in header or tag | _DATA in header:
            continue
        if tag | _BITS_ALLOCATED not in header or int(header[tag | _BITS_ALLOCATED].value) <= 1:
            continue
        position = int(header[tag | _BIT_POSITION].value)
        low = int(header.HighBit) + 1 - int(header.BitsStored)
        if low <= position <= int(header.HighBit):
            raise SetAside(
                "an overlay is drawn in the bits of its pixel values", "export it without overlays"
            )


def _precision(original: Original, allocated: int) -> int:
    """The most bits that a compressed frame says it has; what does not say so may have all."""
    is_jpeg2000 = original.syntax in JPEG2000TransferSyntaxes
    read = get_j2k_parameters if is_jpeg2000 else _get_jpg_parameters
    count = int(original.header.get("NumberOfFrames") or 1)
    most = 0
    for spans in frame_spans(original, count):
        start, length = spans[0]
        head = bytes(original.read(start, min(length, _HEAD)))
        most = max(most, int(read(head).get("precision", allocated)))
    return most
