"""The words in a picture, by the first reader (rapidocr)."""

from collections.abc import Iterator

import cv2
import numpy as np

from cleanroom.reading import engine
from cleanroom.reading.engine import Found, Picture
from cleanroom.reading.strips import bounds, strip, strokes, turned
from cleanroom.reading.word import Box, Word

_SURE = 0.5
"""Two letters or digits that were recognised with this score are text."""
_SINGLE_SURE, _SINGLE_FOUND = 0.9, 0.6
"""A single one needs this score, and this much from the detector: round anatomy looks like an O."""
_SHORT, _SHORT_SURE, _SHORT_TOGETHER = 4, 0.75, 1.2
"""Up to four need this score, and this much together with the detector: bone looks like `von`."""
_LONG, _LONG_FOUND = 2.5, 0.3
"""What is not recognised is text in an unknown script when it is this much longer than high, and found
so surely."""
_STROKES = 6
"""So many changes from ground to stroke lie along a line of text; a bar or a scale has fewer."""
_SMALL, _LARGE = 400, 1500
_TILE, _OVERLAP = 2048, 192
_TALLEST, _TALL = 64, 0.15
"""Pixels, or part of the picture's shorter side: what is taller than both is anatomy, not a line of text."""


def words(image: Picture) -> list[Word]:
    """Read a picture.

    Parameters
    ----------
    image
        8 bit, (rows, columns) or (rows, columns, 3).

    Returns
    -------
    list of Word
        Words or lines, those on their side included, in the image's own pixels; from top to bottom.
    """
    picture = np.ascontiguousarray(image if image.ndim == 3 else np.repeat(image[..., np.newaxis], 3, axis=2))
    return [word for word in read_all(picture, distinct(places(picture))) if believed(word)]


def believed(word: Word) -> bool:
    """Whether what was found is text, and not anatomy that looks like it."""
    signs = sum(character.isalnum() for character in word.text)
    if word.readable:
        if signs == 1:
            return word.score >= _SINGLE_SURE and word.found >= _SINGLE_FOUND
        short_sure = word.score >= _SHORT_SURE and word.score + word.found >= _SHORT_TOGETHER
        return signs > _SHORT or short_sure
    left, top, right, bottom = word.box
    long, short = max(right - left, bottom - top), min(right - left, bottom - top)
    return long >= _LONG * short and word.found >= _LONG_FOUND and word.strokes >= _STROKES


def places(picture: Picture) -> Iterator[Found]:
    """Where the detector sees text, at every scale that the picture's size asks for."""
    rows, columns = picture.shape[:2]
    for scale in scales(rows, columns):
        scaled = picture
        if scale != 1:
            how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
            scaled = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how).astype(np.uint8)
        for left, top in tiles(*scaled.shape[:2]):
            tile = scaled[top : top + _TILE, left : left + _TILE]
            if tile.min() == tile.max():
                continue
            for found in engine.detected(np.ascontiguousarray(tile)):
                if short_side(found) > max(_TALLEST, _TALL * min(scaled.shape[:2])):
                    continue
                corners = (found.corners + np.array([left, top])) / scale
                yield Found(np.round(corners).astype(np.int32), found.score)


def scales(rows: int, columns: int) -> tuple[float, ...]:
    """The scales at which a picture is looked at: small ones enlarged, all reduced too for large letters."""
    if max(rows, columns) <= _SMALL:
        return (2.0, 0.5)
    if max(rows, columns) <= _LARGE:
        return (1.0, 0.4)
    return (1.0, _LARGE / 2 / max(rows, columns))


def tiles(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Left and top of tiles that cover a picture and overlap."""
    for top in range(0, max(rows - _OVERLAP, 1), _TILE - _OVERLAP):
        for left in range(0, max(columns - _OVERLAP, 1), _TILE - _OVERLAP):
            yield left, top


def distinct(found: Iterator[Found]) -> list[Found]:
    """What was found, without what lies within something larger."""
    kept: list[tuple[Found, Box]] = []
    ordered = sorted(found, key=lambda one: (-_area(_box(one)), tuple(one.corners.ravel())))
    for one in ordered:
        box = _box(one)
        if not any(
            _area(_common(box, other)) > 0.8 * _area(box) and short_side(larger) < 2.5 * short_side(one)
            for larger, other in kept
        ):
            kept.append((one, box))
    return [one for one, box in sorted(kept, key=lambda pair: (pair[1][1], pair[1][0]))]


def read_all(picture: Picture, found: list[Found]) -> list[Word]:
    """Recognise what was found, each in the orientation that reads best."""
    cut = [strip(picture, one.corners) for one in found]
    upright = [each.shape[0] <= 1.5 * each.shape[1] for each in cut]
    turns = [
        (number, quarters) for number, level in enumerate(upright) for quarters in ((0, 2), (1, 3))[not level]
    ]
    read = engine.recognised([turned(cut[number], quarters) for number, quarters in turns])
    best = {
        number: max(
            (read[i] for i, turn in enumerate(turns) if turn[0] == number), key=lambda result: result[1]
        )
        for number in range(len(found))
    }
    return [
        Word(
            text=best[number][0].strip(),
            score=best[number][1],
            box=bounds(one.corners, picture.shape[:2]),
            found=one.score,
            upright=upright[number],
            readable=best[number][1] >= _SURE and any(map(str.isalnum, best[number][0])),
            strokes=strokes(cut[number]),
            polygon=tuple((int(x), int(y)) for x, y in one.corners),
        )
        for number, one in enumerate(found)
    ]


def short_side(one: Found) -> float:
    """The height of a line of text, whichever way it runs."""
    first, second, third, _ = one.corners
    return float(min(np.linalg.norm(second - first), np.linalg.norm(third - second)))


def _box(one: Found) -> Box:
    (left, top), (right, bottom) = one.corners.min(axis=0), one.corners.max(axis=0)
    return int(left), int(top), int(right), int(bottom)


def _common(first: Box, second: Box) -> Box:
    left, top = max(first[0], second[0]), max(first[1], second[1])
    return left, top, max(min(first[2], second[2]), left), max(min(first[3], second[3]), top)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
