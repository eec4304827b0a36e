"""Where the pixels of a frame are in the patient, and what their stored values mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanroom.verify.header import Header

SHARED, PER_FRAME = 0x52009229, 0x52009230
POSITION, ORIENTATION, SPACING = 0x00200032, 0x00200037, 0x00280030
INTERCEPT, SLOPE = 0x00281052, 0x00281053
_GROUPS = {
    POSITION: 0x00209113,
    ORIENTATION: 0x00209116,
    SPACING: 0x00289110,
    INTERCEPT: 0x00289145,
    SLOPE: 0x00289145,
}
LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """The grid of one frame, RAS millimetres, and its rescale."""

    origin: Vector
    """Centre of the first pixel."""
    along_row: Vector
    """From one column to the next."""
    along_column: Vector
    """From one row to the next."""
    slope: float
    intercept: float


def frames(header: Header) -> list[Frame | None]:
    """The placement of every frame, classic or enhanced; None where the header does not say.

    Returns
    -------
    list
        One entry a frame. (0020,0032), (0020,0037) and (0028,0030) are LPS millimetres (PS3.3 C.7.6.2);
        what is returned is RAS.
    """
    count = max(header.number(0x00280008), 1)
    tables = {tag: _values(header, tag, count) for tag in _GROUPS}
    return [_frame({tag: rows[at] for tag, rows in tables.items()}) for at in range(count)]


def _frame(values: dict[int, Vector | None]) -> Frame | None:
    position, orientation, spacing = values[POSITION], values[ORIENTATION], values[SPACING]
    if position is None or orientation is None or spacing is None:
        return None
    if (len(position), len(orientation), len(spacing)) != (3, 6, 2):
        return None
    slope, intercept = values[SLOPE], values[INTERCEPT]
    return Frame(
        position * LPS_TO_RAS,
        orientation[:3] * spacing[1] * LPS_TO_RAS,
        orientation[3:] * spacing[0] * LPS_TO_RAS,
        1.0 if slope is None else float(slope[0]),
        0.0 if intercept is None else float(intercept[0]),
    )


def _values(header: Header, tag: int, count: int) -> list[Vector | None]:
    group = _GROUPS[tag]
    for path in ((PER_FRAME, group), (SHARED, group), ()):
        found = [
            _numbers(header.value(element))
            for element in header.elements
            if element.tag == tag and element.path == path
        ]
        if len(found) == count:
            return found
        if len(found) == 1:
            return found * count
    return [None] * count


def _numbers(value: bytes) -> Vector | None:
    try:
        return np.array([float(part) for part in value.decode("latin-1").strip("\0 ").split("\\")])
    except ValueError:
        return None
