"""Reading words: seconds against the aims, and text pixels covered beside Tesseract alone."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from exports import instance, save
from lettering import SCRIPTS, covered, lettered
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import CTImageStorage
from studies import taken_in

from cleanroom.reading import Box, tesseract, words
from cleanroom.reading.goes import chooser
from cleanroom.reading.word import Picture
from cleanroom.redact import decide_study
from cleanroom.redact.cover import covering
from cleanroom.redact.movie import movie
from cleanroom.redact.shown import Shown

SIZES, CONTRASTS = (8, 12, 20, 32), (40, 20, 10, 5)
_SURE = 0.5
Boxes = Callable[[Picture], list[Box]]


class Speed(NamedTuple):
    """CPU seconds of one thing to read."""

    seconds: float
    aim: float
    tesseract: float
    """Of Tesseract on the same picture, once upright; not a number where it has no twin."""


class Recall(NamedTuple):
    """The part of the text's pixels that were covered, and boxes that hold none: ours, then Tesseract's."""

    ours: float
    false: int
    theirs: float
    their_false: int


def speed() -> dict[str, Speed]:
    """What the aims of issue 4 name, on generated pictures; the models are loaded before."""
    words(body(64, 64, 0))
    slice_, frame = named(body(512, 512, 1), 1), named(body(768, 1024, 2), 12)
    found = {
        "512 x 512, a line of text": Speed(_cpu(lambda: _ours(slice_)), 1.0, _cpu(lambda: _second(slice_))),
        "768 x 1024, 24 texts": Speed(_cpu(lambda: _ours(frame)), 2.5, _cpu(lambda: _second(frame))),
    }
    with tempfile.TemporaryDirectory() as name:
        for number in range(200):
            made = instance(
                number, **_stored(body(512, 512, number)), Modality="CT", SOPClassUID=CTImageStorage
            )
            save(made, Path(name) / "input" / f"{number}.dcm")
        (study,) = taken_in(Path(name) / "input", Path(name))
        found["sample of 200 slices of 512 x 512"] = Speed(_cpu(lambda: decide_study(study)), 5.0, np.nan)
    loop = cine(100)
    shown = Shown(chooser("all", frozenset()))
    found["cine of 100 frames of 480 x 640"] = Speed(_cpu(lambda: movie(loop, shown)), 20.0, np.nan)
    return found


def recall() -> dict[str, Recall]:
    """Generated text of 8 to 32 px: by script, turned by 90 degrees, and grey on grey."""
    ground = body(400, 512, 3)
    found = {}
    for script in SCRIPTS:
        upright = [lettered(ground, script, size, 255) for size in SIZES]
        found[f"{script}, white"] = _recall(upright)
        found[f"{script}, on its side"] = _recall([(np.rot90(one), np.rot90(mask)) for one, mask in upright])
    for contrast in CONTRASTS:
        grey = np.full(ground.shape, 100, np.uint8)
        grey[-40:, -40:] = 255
        written = [lettered(grey, "latin", size, 100 + contrast) for size in SIZES]
        found[f"latin, {contrast} of 255 greys above its ground"] = _recall(written)
    found["40 pictures without text"] = _recall(
        [(body(256, 256, number), np.zeros((256, 256), bool)) for number in range(40)]
    )
    return found


def body(rows: int, columns: int, seed: int) -> Picture:
    """A picture without text: lit balls under noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns]
    shown = random.normal(0, 6, (rows, columns))
    for _ in range(5):
        row, column, size = random.uniform((0.2, 0.2, 0.05), (0.8, 0.8, 0.3)) * min(rows, columns)
        away = ((y - row) ** 2 + (x - column * columns / min(rows, columns)) ** 2) / size**2
        shown += random.uniform(30, 90) * np.sqrt(np.clip(1 - away, 0, None))
    return np.clip(shown, 0, 200).astype(np.uint8)


def named(picture: Picture, lines: int) -> Picture:
    """The same with so many lines of text to the left, and as many short ones to the right."""
    for line in range(lines):
        for script, across in (("latin", 12), ("greek", 560))[: 1 + (lines > 1)]:
            written, _ = lettered(picture, script, 18, 255, at=(across, 12 + 44 * line))
            picture = written.astype(np.uint8)
    return picture


def cine(frames: int) -> Dataset:
    """Noise that moves, a name that stands, and a counter."""
    still = named(body(480, 640, 4), 1)
    shown = np.stack([np.roll(body(480, 640, 4), number, axis=1) for number in range(frames)])
    shown[:, :60] = still[:60]
    for number in range(frames):
        shown[number, 440:, :110] = 0
        shown[number, 440:, 8 : 8 + number] = 255
    return instance(1, **_stored(shown[0]) | {"PixelData": shown.tobytes(), "NumberOfFrames": frames})


def _stored(picture: Picture) -> dict[str, object]:
    rows, columns = picture.shape
    bits = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    return {"Rows": rows, "Columns": columns, "PixelData": picture.tobytes(), **bits}


def _ours(picture: Picture) -> list[Box]:
    return list(Shown(chooser("all", frozenset())).picture(picture))


def _second(picture: Picture, sideways: bool = False) -> list[Box]:
    if not tesseract.installed():
        return []
    found = [word for word in tesseract.words(picture, sideways) if word.score >= _SURE and word.signs]
    return [covering(picture, word.box) for word in found]


def _recall(pictures: list[tuple[NDArray[np.generic], NDArray[np.bool_]]]) -> Recall:
    return Recall(*_scores(pictures, _ours), *_scores(pictures, lambda picture: _second(picture, True)))


def _scores(pictures: list[tuple[NDArray[np.generic], NDArray[np.bool_]]], find: Boxes) -> Iterator[float]:
    parts, false = [], 0
    for picture, letters in pictures:
        boxes = find(np.ascontiguousarray(picture, np.uint8))
        parts.append(covered(boxes, letters) if letters.any() else np.nan)
        false += sum(not letters[top:bottom, left:right].any() for left, top, right, bottom in boxes)
    yield from (float(np.mean(parts)), false)


def _cpu(do: Callable[[], object]) -> float:
    """CPU seconds, those of programs that were called included."""
    started = _clock()
    do()
    return _clock() - started


def _clock() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system
