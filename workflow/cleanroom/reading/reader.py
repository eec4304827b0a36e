"""The words in a picture, by the first reader (rapidocr)."""

from collections.abc import Iterator
from operator import itemgetter
from typing import cast

import cv2
import numpy as np

from cleanroom.reading import engine
from cleanroom.reading.belief import believed, believed_large, height, readable
from cleanroom.reading.distinct import covers, distinct, short_side
from cleanroom.reading.engine import Found
from cleanroom.reading.strips import bounds, strip, strokes, turned
from cleanroom.reading.word import LEAST_SIDE, Box, Picture, Word

_SMALL, _LARGE = 400, 1500
_TILE, _OVERLAP = 2048, 192
_LARGE_TEXT = 0.125
"""Part of the picture's shorter side: higher letters are large."""
_TALLEST, _TALL = 48, 0.15
"""Pixels, or part of the picture's shorter side: what is taller than both is anatomy, not a line of text."""
_LOOSER = 0.3
"""Of a line's height: so much further out may an edge of the same line lie in a reduced picture."""
_SURELY = 0.9
"""A text that was recognised with this score is not also read upside down."""


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
    if min(image.shape[:2]) < LEAST_SIDE:
        return []
    picture = np.ascontiguousarray(image if image.ndim == 3 else np.repeat(image[..., np.newaxis], 3, axis=2))
    closest, *reduced = scales(*picture.shape[:2])
    large = max(_TALLEST, _LARGE_TEXT * min(picture.shape[:2]))
    read = read_all(picture, distinct(places(picture, closest)))
    found = [word for word in read if (believed_large if height(word) > large else believed)(word)]
    for scale in reduced:
        found += larger(picture, scale, found)
    return sorted(found, key=lambda word: (word.box[1], word.box[0]))


def larger(picture: Picture, scale: float, known: list[Word]) -> list[Word]:
    """The large words that a reduced picture shows, and a closer look has not."""
    new = [
        one
        for one in distinct(places(picture, scale))
        if not any(same_text(word.box, bounds(one.corners, picture.shape[:2])) for word in known)
    ]
    return [
        word
        for word in read_all(picture, new)
        if believed_large(word)
        and not any(word.text == other.text and covers(word.box, other.box) for other in known)
    ]


def same_text(known: Box, box: Box) -> bool:
    """Whether a box of a reduced picture holds no more than a word that was read at the closer look.

    It lies within it, or its edges differ by less than a letter: a reduced picture gives looser boxes.
    """
    slack = _LOOSER * min(known[2] - known[0], known[3] - known[1])
    return covers(known, box) or all(abs(one - other) <= slack for one, other in zip(known, box, strict=True))


def places(picture: Picture, scale: float) -> Iterator[Found]:
    """Where the detector sees text at one scale, in the picture's own pixels."""
    scaled = picture
    if scale != 1:
        if round(min(picture.shape[:2]) * scale) < 1:
            return  # a strip of which nothing is left
        how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        scaled = cast(Picture, cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how))
    tallest = max(_TALLEST, _TALL * min(scaled.shape[:2]))
    for left, top in tiles(*scaled.shape[:2]):
        tile = scaled[top : top + _TILE, left : left + _TILE]
        for found in engine.detected(np.ascontiguousarray(tile)) if tile.min() < tile.max() else []:
            if short_side(found) <= tallest:
                corners = (found.corners + np.array([left, top])) / scale
                yield Found(np.round(corners).astype(np.int32), found.score)


def scales(rows: int, columns: int) -> tuple[float, ...]:
    """The scales of the looks at a picture: small ones enlarged, all reduced twice for large letters."""
    longer = max(rows, columns)
    if longer <= _SMALL:
        return (2.0, 0.5, 0.25)
    if longer <= _LARGE:
        return (1.0, 0.4, 0.15)
    return (1.0, _LARGE / 2 / longer, _LARGE / 5 / longer)


def tiles(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Left and top of tiles that cover a picture and overlap."""
    for top in range(0, max(rows - _OVERLAP, 1), _TILE - _OVERLAP):
        for left in range(0, max(columns - _OVERLAP, 1), _TILE - _OVERLAP):
            yield left, top


def read_all(picture: Picture, found: list[Found]) -> list[Word]:
    """Recognise what was found, each in the orientation that reads best."""
    cut = [strip(picture, one.corners) for one in found]
    upright = [each.shape[0] <= 1.5 * each.shape[1] for each in cut]
    best = engine.recognised(
        [turned(each, 0 if level else 1) for each, level in zip(cut, upright, strict=True)]
    )
    doubtful = [number for number, (_, score) in enumerate(best) if score < _SURELY]
    again = engine.recognised([turned(cut[number], 2 if upright[number] else 3) for number in doubtful])
    for number, other in zip(doubtful, again, strict=True):
        best[number] = max(best[number], other, key=itemgetter(1))
    boxes = [bounds(one.corners, picture.shape[:2]) for one in found]
    return [
        Word(
            text=text.strip(),
            score=score,
            box=box,
            found=one.score,
            upright=level,
            readable=readable(text, score, box),
            strokes=strokes(piece),
            polygon=tuple((int(x), int(y)) for x, y in one.corners),
        )
        for one, (text, score), box, level, piece in zip(found, best, boxes, upright, cut, strict=True)
    ]
