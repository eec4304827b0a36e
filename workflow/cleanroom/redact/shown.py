"""Reads what is shown: each distinct picture once, words that go turned into boxes that cover them."""

from hashlib import sha256

import numpy as np
from pydicom import Dataset

from cleanroom.reading import words
from cleanroom.reading.display import Stored, pictures
from cleanroom.reading.goes import Goes
from cleanroom.reading.word import Box, Picture
from cleanroom.redact.cover import covering


class Shown:
    """The pictures of one series, as far as they were read.

    Parameters
    ----------
    goes
        Which words go.
    """

    def __init__(self, goes: Goes) -> None:
        self._goes = goes
        self._known: dict[bytes, tuple[Box, ...]] = {}

    def frame(self, values: Stored, dataset: Dataset) -> tuple[Box, ...]:
        """What is to be covered in a frame of stored values, whatever its depth and colours."""
        found: list[Box] = []
        for picture in pictures(values, dataset):
            found += [box for box in self.picture(picture) if box not in found]
        return joined(found)

    def picture(self, picture: Picture) -> tuple[Box, ...]:
        """What is to be covered in an 8 bit picture."""
        name = sha256(str(picture.shape).encode() + np.ascontiguousarray(picture).tobytes()).digest()
        if name not in self._known:
            self._known[name] = tuple(
                covering(picture, word.box) for word in words(picture) if self._goes(word)
            )
        return self._known[name]


def joined(boxes: list[Box]) -> tuple[Box, ...]:
    """The boxes without those that lie within another, from top to bottom."""
    unique = sorted(set(boxes), key=lambda box: (box[1], box[0], box[3], box[2]))
    return tuple(box for box in unique if not any(within(box, other) for other in unique if other != box))


def within(box: Box, other: Box) -> bool:
    """Whether a box lies inside another."""
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]
