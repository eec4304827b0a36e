"""Bits of the pixel words that are no pixel: old overlays were drawn in them, so they may carry words."""

import numpy as np
from pydicom import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import _get_jpg_parameters, get_j2k_parameters
from pydicom.uid import JPEG2000TransferSyntaxes, RLELossless

from cleanroom.encode.layout import Layout, Pixels, Words
from cleanroom.errors import SetAside

_OVERLAYS = range(0x6000, 0x6020, 2)
_BITS_ALLOCATED, _BIT_POSITION, _DATA = 0x0100, 0x0102, 0x3000


def may_hide(original: Dataset) -> bool:
    """Whether words of the pixel data have bits beside the stored value; compressed ones say how many.

    Raises
    ------
    SetAside
        When an overlay is declared in the bits of the stored values.
    """
    if "PixelData" not in original:
        return False
    allocated, stored = original.get("BitsAllocated"), original.get("BitsStored")
    _check_overlays(original)
    if not allocated or not stored:
        return False
    syntax = original.file_meta.TransferSyntaxUID
    if allocated == stored:
        return not syntax.is_encapsulated and _has_tail(original)
    if not syntax.is_encapsulated:
        return True
    return bool(syntax == RLELossless or _precision(original) > int(stored))


def clear_hidden(pixels: Pixels) -> int:
    """Clear what lies beside the stored values, and behind the last word; the number of words changed.

    Bits above a signed value become its sign, all others zero. Nothing changes when all of them are zero, or
    all are the sign: no two words of the same value may differ.
    """
    layout = pixels.layout
    cleared = int(np.count_nonzero(pixels.tail))
    pixels.tail[:] = 0
    if layout.stored == layout.allocated:
        return cleared
    if all(not (frame & _other_bits(layout)).any() for frame in pixels.words):
        return cleared
    for frame in pixels.words:
        clean = _clean(layout, frame)
        cleared += int(np.count_nonzero(clean != frame))
        frame[...] = clean
    return cleared


def _has_tail(original: Dataset) -> bool:
    """Whether more than padding follows the last pixel; no where its attributes contradict each other."""
    try:
        return any(original.PixelData[Layout.of(original).size :])
    except SetAside:
        return False


def _other_bits(layout: Layout) -> int:
    return ((1 << layout.allocated) - 1) & ~layout.stored_bits


def _clean(layout: Layout, words: Words) -> Words:
    if layout.signed and not layout.shift:
        every = (1 << layout.allocated) - 1
        return np.asarray(layout.values(words) & every, words.dtype)
    return np.asarray(words & layout.stored_bits, words.dtype)


def _check_overlays(original: Dataset) -> None:
    for group in _OVERLAYS:
        tag = group << 16
        if tag | _BIT_POSITION not in original or tag | _DATA in original:
            continue
        if tag | _BITS_ALLOCATED not in original or int(original[tag | _BITS_ALLOCATED].value) <= 1:
            continue
        position = int(original[tag | _BIT_POSITION].value)
        low = int(original.HighBit) + 1 - int(original.BitsStored)
        if low <= position <= int(original.HighBit):
            raise SetAside(
                "an overlay is drawn in the bits of its pixel values", "export it without overlays"
            )


def _precision(original: Dataset) -> int:
    """The most bits that a compressed frame says it has; what does not say so may have all."""
    is_jpeg2000 = original.file_meta.TransferSyntaxUID in JPEG2000TransferSyntaxes
    frames = generate_frames(original.PixelData, number_of_frames=int(original.get("NumberOfFrames") or 1))
    read = get_j2k_parameters if is_jpeg2000 else _get_jpg_parameters
    allocated = int(original.BitsAllocated)
    return max((int(read(frame).get("precision", allocated)) for frame in frames), default=0)
