"""Words in a picture, and whoever reads them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom; the ends are not included."""

LEAST_SCORE = 0.5
_SAYS_SOMETHING = re.compile(r"(?:[^\W_].*){2}", re.S)


@dataclass(frozen=True)
class Word:
    """Something that stands written in a picture: a word, or a line of them."""

    text: str
    """Empty when it was found but cannot be read."""
    score: float
    box: Box

    @property
    def sure(self) -> bool:
        """Whether this is a word and not a speck: two letters or digits that were read well."""
        return self.score >= LEAST_SCORE and _SAYS_SOMETHING.search(self.text) is not None


class Reader(Protocol):
    """Finds the words of a picture: 8 bit, grey or RGB."""

    def words(self, image: NDArray[np.uint8]) -> list[Word]:
        """Every word found, also what could not be read."""
        ...


Tells = Callable[[str], bool]
"""Whether a text identifies."""


def telling(words: Iterable[Word], tells: Tells | None) -> list[Word]:
    """The words that have to go: all of them, or those that identify.

    A line that identifies somebody goes as a whole. What cannot be read goes in either case.
    """
    return [word for word in words if tells is None or not word.sure or tells(word.text)]
