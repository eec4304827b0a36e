"""What a reader has found in a picture."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(rows, columns) grey or (rows, columns, 3) RGB."""

LEAST_SIDE = 8
"""A picture of fewer rows or columns holds no words."""
Box = tuple[int, int, int, int]
"""left, top, right, bottom in pixels, counted from 0; right and bottom not included."""


@dataclass(frozen=True)
class Word:
    """One word or line of text. Its text identifies: never written, never logged."""

    text: str = field(repr=False)
    score: float
    """How sure the recogniser is of the text, 0 to 1; low also for scripts that it cannot read."""
    box: Box
    found: float = 1.0
    """How sure the detector is that there is text, 0 to 1."""
    upright: bool = True
    """False: the text stands on its side."""
    readable: bool = True
    """False: text was found, but in a script that the recogniser does not know."""
    strokes: int = 0
    """How often a line along the text meets a stroke."""
    polygon: tuple[tuple[int, int], ...] = ()
    """The corners (column, row) as the detector gave them, for slanted text."""

    @property
    def signs(self) -> int:
        """How many letters and digits there are in its text."""
        return sum(character.isalnum() for character in self.text)


Reader = Callable[[Picture], list[Word]]
"""Finds the words of a picture."""
