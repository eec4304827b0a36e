"""Text boxes as the gate sees them: where pixels may have changed, and what they have to hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cleanroom.records import TextBox
from cleanroom.verify.decoded import Stored
from cleanroom.verify.header import Header

Plane = NDArray[np.bool_]
PAIRED = ("YBR_FULL_422", "YBR_PARTIAL_422")
"""Two pixels share their colour: a box takes both."""


def plane(boxes: Iterable[TextBox], frame: int, header: Header) -> Plane:
    """The pixels of one frame that boxes cover, (rows, columns)."""
    inside = np.zeros((header.number(0x00280010), header.number(0x00280011)), np.bool_)
    for box in boxes:
        if box.frame in (None, frame):
            inside[max(box.top, 0) : max(box.bottom, 0), max(box.left, 0) : max(box.right, 0)] = True
    if header.text(0x00280004) in PAIRED and inside.shape[1] % 2 == 0:
        inside = np.repeat(inside[:, ::2] | inside[:, 1::2], 2, axis=1)
    return inside


@dataclass
class Fill:
    """What the boxes of one instance hold, gathered frame by frame.

    Parameters
    ----------
    photometric
        Photometric Interpretation of what is to be released.
    bits
        Bits Stored.
    """

    photometric: str
    bits: int
    _held: set[tuple[int, ...]] = field(default_factory=set)
    _low: int | None = None
    _high: int | None = None

    def add(self, old: Stored, new: Stored, inside: Plane) -> None:
        """Look at one frame."""
        low, high = int(old.min()), int(old.max())
        self._low = low if self._low is None else min(self._low, low)
        self._high = high if self._high is None else max(self._high, high)
        if inside.any() and len(self._held) < 2:
            held = new[inside].reshape(int(inside.sum()), -1)
            self._held |= {tuple(int(part) for part in row) for row in np.unique(held[:, :], axis=0)[:2]}

    def findings(self) -> list[str]:
        """What the boxes hold that they should not."""
        if len(self._held) > 1:
            return ["pixels inside a text box do not all hold the same value"]
        if self._held and not self._dark(next(iter(self._held))):
            return ["pixels inside a text box are not black"]
        return []

    def _dark(self, value: tuple[int, ...]) -> bool:
        half = 1 << (self.bits - 1)
        if self.photometric == "MONOCHROME1":
            return value == (self._high,)
        if self.photometric == "MONOCHROME2":
            return value == (self._low,)
        if self.photometric == "RGB":
            return value == (0, 0, 0)
        if self.photometric.startswith("YBR_FULL"):
            return value == (0, half, half)
        return True
