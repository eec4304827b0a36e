"""Single-frame series whose words differ: signs, widths, floats, bits beside the stored value, padding."""

from pathlib import Path

import numpy as np
from matrix_classic import axial, ct
from matrix_heads import Row, Series, give


def signed(scans: Path) -> Series:
    return _stored(axial(scans, 8), lambda values: values.astype("<i2") - 300, 16, 16, signed=True)


def twelve_signed(scans: Path) -> Series:
    return _stored(axial(scans, 8), lambda values: (values // 2).astype("<i2") - 300, 16, 12, signed=True)


def eight(scans: Path) -> Series:
    return _stored(axial(scans, 8), lambda values: (values >> 4).astype("u1"), 8, 8)


def thirty_two(scans: Path) -> Series:
    return _stored(ct(scans), lambda values: values.astype("<u4") * 40_000, 32, 32)


def floats(scans: Path) -> Series:
    """Float pixel data, one of them no number."""
    return _floating(axial(scans, 8), "FloatPixelData", "<f4")


def doubles(scans: Path) -> Series:
    return _floating(axial(scans, 8), "DoubleFloatPixelData", "<f8")


def _floating(series: Series, keyword: str, kind: str) -> Series:
    for item in series:
        values = item.pixel_array.astype(kind) / 3
        values[3, 5] = np.nan
        for name in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
            del item[name]
        for name in ("SmallestImagePixelValue", "LargestImagePixelValue"):
            item.pop(name, None)
        item.BitsAllocated = values.itemsize * 8
        setattr(item, keyword, values.tobytes())
    return series


def high_bit(scans: Path) -> Series:
    """Values in the upper 12 of 16 bits, an overlay in the lowest."""
    made = _stored(axial(scans, 8), lambda values: (values & 0xFFF) << 4, 16, 12)
    for item in made:
        item.HighBit = 15
        words = item.pixel_array.astype("<u2")
        words = np.frombuffer(item.PixelData, "<u2").copy().reshape(item.Rows, item.Columns)
        words[10:20, 10:50] |= 1
        item.PixelData = words.tobytes()
    return made


def overlay(scans: Path) -> Series:
    made = axial(scans, 8)
    for item in made:
        words = np.frombuffer(item.PixelData, "<u2").copy().reshape(item.Rows, item.Columns)
        words[10:20, 10:50] |= 0x8000
        item.PixelData = words.tobytes()
    return made


def padded(scans: Path) -> Series:
    """Padding beside and in the mask, and smallest and largest value, in each instance and of the series."""
    made = _stored(ct(scans), lambda values: values.astype("<i2") - 1024, 16, 16, signed=True)
    for item in made:
        values = item.pixel_array.copy()
        values[:6, :6] = values[26:32, 26:32] = -2000
        give(item, values)
        item.RescaleIntercept = 0
        item.PixelPaddingValue = -2000
        item.add_new(0x00280106, "SS", int(values.min()))
        item.add_new(0x00280107, "SS", int(values.max()))
    return made


def _stored(series: Series, change, allocated: int, stored: int, signed: bool = False) -> Series:
    for item in series:
        give(item, change(item.pixel_array))
        item.BitsAllocated, item.BitsStored, item.HighBit = allocated, stored, stored - 1
        item.PixelRepresentation = int(signed)
    return series


ROWS = [
    Row("16 bits, signed", signed),
    Row("12 of 16 bits, signed", twelve_signed),
    Row("8 bits", eight),
    Row("32 bits", thirty_two),
    Row("float", floats),
    Row("double float", doubles),
    Row("high bit 15, overlay below", high_bit),
    Row("overlay above the stored bits", overlay),
    Row("padding, smallest and largest value", padded),
]
