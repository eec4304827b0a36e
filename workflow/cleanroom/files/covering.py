"""Covering words, and looking again until none is left."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cleanroom.errors import SetAside
from cleanroom.files import views
from cleanroom.files.picture import Pixels
from cleanroom.reading import Box, Reader, Word
from cleanroom.reading.goes import Goes, sure

ROUNDS = 4
_MARGIN = 0.25
"""Of a box's shorter side, on every side: the detector's boxes cut off descenders."""
_LEAST_MARGIN = 3
LEFT = "a word can still be read in it after covering"
LEFT_FIX = "leave it out of the delivery, or cover the word yourself and put the result into the input"

Beat = Callable[[], None]
"""Called while work goes on, so that whoever waits knows."""


def covered(frame: Pixels, reader: Reader, goes: Goes, known: Sequence[Box] = ()) -> tuple[Pixels, list[Box]]:
    """A copy of a frame without its words, and the boxes that were filled.

    Parameters
    ----------
    goes
        Which words go.
    known
        Where words are known to stand.

    Raises
    ------
    SetAside
        When a word is left after several rounds.
    """
    copy = frame.copy()
    boxes = [fitted(box, frame) for box in known]
    fill(copy, boxes)
    for _ in range(ROUNDS):
        found = [word for word in views.words(copy, reader) if goes(word) and not _page(word, copy)]
        new = [box for word in found if _shows(copy, box := fitted(widened(word.box), copy))]
        if not new:
            return copy, boxes
        boxes += new
        fill(copy, new)
    if any(sure(word) and goes(word) for word in views.words(copy, reader)):
        raise SetAside(LEFT, LEFT_FIX)
    return copy, boxes


def fill(frame: Pixels, boxes: Sequence[Box]) -> None:
    """Make the boxes black, and opaque where there is transparency."""
    for left, top, right, bottom in boxes:
        frame[top:bottom, left:right] = 0
        if frame.ndim == 3 and frame.shape[2] in (2, 4):
            frame[top:bottom, left:right, -1] = np.iinfo(frame.dtype).max


def outside(shape: tuple[int, ...], boxes: Sequence[Box]) -> NDArray[np.bool_]:
    """True for the pixels that no box covers."""
    free = np.ones(shape[:2], bool)
    for left, top, right, bottom in boxes:
        free[top:bottom, left:right] = False
    return free


def widened(box: Box) -> Box:
    """A box with its margin."""
    left, top, right, bottom = box
    margin = max(_LEAST_MARGIN, round(_MARGIN * min(right - left, bottom - top)))
    return left - margin, top - margin, right + margin, bottom + margin


def fitted(box: Box, frame: Pixels) -> Box:
    """A box cut to the frame."""
    height, width = frame.shape[:2]
    left, top, right, bottom = box
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def _page(word: Word, frame: Pixels) -> bool:
    """Whether an unread find is the page itself: with one bar on it, a page looks like a letter."""
    left, top, right, bottom = word.box
    return not sure(word) and min(right - left, bottom - top) > min(frame.shape[:2]) / 2


def _shows(frame: Pixels, box: Box) -> bool:
    """Whether anything but one colour is left in a box."""
    left, top, right, bottom = box
    part = frame[top:bottom, left:right]
    return part.size > 0 and bool((part != part[:1, :1]).any())
