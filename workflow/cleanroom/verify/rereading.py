"""Check 9: the words are looked for again, in the very files that would be released."""

import functools
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import numpy as np
import pydicom
from pydicom.pixels.utils import pixel_array

from cleanroom import reading
from cleanroom.manifest import Instance
from cleanroom.pixeldata import codecs
from cleanroom.reading import Word, tesseract
from cleanroom.reading.belief import legible
from cleanroom.reading.display import pictures
from cleanroom.reading.word import Picture
from cleanroom.records import TextBox
from cleanroom.series_match import matches
from cleanroom.verify.search import Search
from cleanroom.verify.subject import Series

codecs.complete()

BOXED = 12
"""Frames of a series that are read again when they have boxes; without: ``verify.reread``."""


IDENTIFIES = "words that identify"
"""How a finding begins that no person may overrule."""


class Place(NamedTuple):
    """A frame of an instance."""

    row: Instance
    frame: int


def findings(series: Series, search: Search) -> list[str]:
    """Words that are left in a sample of the frames of a series: how many, never which.

    Parameters
    ----------
    series
        A series; one whose words the step before did not read is not read here.
    search
        The study's identifying values: a word that is one of them is never released.
    """
    if not series.text.frames_read:
        return []
    every = _covers_all(series)
    known: set[bytes] = set()
    named = left = 0
    for place in sample(series, series.study.config.verify.reread):
        for picture in _pictures(series, place):
            name = sha256(str(picture.shape).encode() + picture.tobytes()).digest()
            if name in known or picture.min() == picture.max():
                continue
            known.add(name)
            words = _words(picture)
            named += any(identifies(word, search) for word, _ in words)
            left += every and any(legible(word, second) for word, second in words)
    found = []
    if named:
        found.append(f"{IDENTIFIES} are left in {named} of {len(known)} pictures that were read again")
    if left:
        found.append(f"words are left in {left} of {len(known)} pictures that were read again")
    return found


def sample(series: Series, others_read: int) -> list[Place]:
    """Frames with boxes first, then others; evenly spread, the same in every run."""
    boxed: list[Place] = []
    others: list[Place] = []
    for row in series.rows:
        with_boxes = _with_boxes(series.boxes.get(row.number, []), row.frames)
        boxed += [Place(row, frame) for frame in with_boxes]
        free = sorted({0, row.frames // 2, max(row.frames - 1, 0)} - set(with_boxes)) if row.frames else []
        others += [Place(row, frame) for frame in free]
    return _spread(boxed, BOXED) + _spread(others, others_read)


def identifies(word: Word, search: Search) -> bool:
    """Whether a word is one of the study's identifying values, or holds one."""
    return bool(search.text(word.text, "UN"))


def _words(picture: Picture) -> list[tuple[Word, bool]]:
    first = [(word, False) for word in reading.words(picture)]
    if not _second_reader():
        return first
    return first + [(word, True) for word in tesseract.words(picture, sideways=False)]


@functools.cache
def _second_reader() -> bool:
    return tesseract.installed()


def _pictures(series: Series, place: Place) -> Iterator[Picture]:
    path = series.study.work / "encoded" / series.released_name(place.row.number)
    dataset = pydicom.dcmread(path)
    if "PixelData" not in dataset:
        return
    for picture in pictures(pixel_array(dataset, index=place.frame, raw=True), dataset):
        yield np.ascontiguousarray(picture)


def _with_boxes(boxes: list[TextBox], frames: int) -> list[int]:
    """The frames that have boxes of their own; of boxes on every frame the first, middle and last."""
    own = {box.frame for box in boxes if box.frame is not None}
    if any(box.frame is None for box in boxes):
        own |= {0, frames // 2, frames - 1}
    return sorted(frame for frame in own if 0 <= frame < max(frames, 1))


def _spread(places: list[Place], most: int) -> list[Place]:
    if len(places) <= most:
        return places
    return [places[at] for at in np.linspace(0, len(places) - 1, most).round().astype(int)]


def _covers_all(series: Series) -> bool:
    rules = series.study.config.text.rules
    rule = next((rule for rule in rules if matches(rule.match, series.rows[0])), None)
    return rule is None or rule.words == "all"
