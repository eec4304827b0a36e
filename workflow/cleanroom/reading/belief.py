"""Whether what was found is text, and not anatomy that looks like it: measured on scans without any."""

from cleanroom.reading.word import Box, Word

_SURE = 0.5
"""A text that was recognised with this score was read."""
_SIGN = 2.5
"""No letter is wider than so many heights of its line: a long line of one letter is in another script."""
_SHORT, _SHORT_SURE = 4, 0.8
"""Up to so many letters and digits need this score: bone looks like `von` and `ro`."""
_SINGLE_SURE, _SINGLE_FOUND = 0.9, 0.6
"""A single one needs this score, and this much from the detector: a vessel looks like an O."""
_LARGE_SIGNS, _LARGE_SURE = 3, 0.9
"""Letters as large as anatomy need so many and this score: shoulders look like `0.0`."""
_LONG, _LONG_FOUND, _STROKES = 2.5, 0.25, 6
"""What was not read is text in an unknown script when it is so much longer than high, was found so surely,
and has so many strokes along it; a bar or a scale has fewer."""
_UNREAD = 40
"""Pixels: an unread line higher than this is judged as large letters: bone of 50 px has eight strokes."""
_MISREAD_LONG = 3.0
"""A short text that was read badly is a longer one in another script: `BHOB` may be a whole Cyrillic name."""
_LARGE_LONG, _LARGE_FOUND, _LARGE_STROKES = 5.0, 0.4, 12
"""The same for letters as large as anatomy: the edge of a table has seven strokes."""
_LEGIBLE, _LETTERS = 0.9, 3
"""A word that is left in what would be released was read so surely at least, with so many letters."""
_LEGIBLE_TO_SECOND, _LETTERS_OF_SECOND = 0.93, 5
"""The second reader sees words in texture more easily."""
SIDES = frozenset(
    (
        "left",
        "right",
        "head",
        "foot",
        "feet",
        "anterior",
        "posterior",
        "superior",
        "inferior",
        "medial",
        "lateral",
    )
)
"""Marks of orientation and side in whole words."""


def readable(text: str, score: float, box: Box) -> bool:
    """Whether the recogniser has read what stands in a box, and so knows its script."""
    left, top, right, bottom = box
    long, short = sorted((right - left, bottom - top), reverse=True)
    signs = sum(map(str.isalnum, text))
    return score >= _SURE and signs > 0 and long <= signs * _SIGN * short


def believed(word: Word) -> bool:
    """Whether it is text, read or not, at the scale at which text usually stands."""
    if not word.readable:
        return unread(word) if height(word) <= _UNREAD else believed_large(word)
    if word.signs == 1:
        return word.score >= _SINGLE_SURE and word.found >= _SINGLE_FOUND
    return word.signs > _SHORT or word.score >= _SHORT_SURE or unread(word, _MISREAD_LONG)


def believed_large(word: Word) -> bool:
    """Whether it is text of letters as large as anatomy, or text found only in a reduced picture."""
    if not word.readable:
        return unread(word, _LARGE_LONG, _LARGE_FOUND, _LARGE_STROKES)
    return word.signs >= _LARGE_SIGNS and word.score >= _LARGE_SURE


def unread(word: Word, times: float = _LONG, found: float = _LONG_FOUND, strokes: int = _STROKES) -> bool:
    """Whether it looks like a line in a script that the recogniser takes for few letters or none."""
    left, top, right, bottom = word.box
    long = max(right - left, bottom - top)
    return long >= times * height(word) and word.found >= found and word.strokes >= strokes


def legible(word: Word, second: bool = False) -> bool:
    """Whether a word that was left was surely read, and is not a mark of orientation.

    Parameters
    ----------
    second
        It was read by the second reader.
    """
    sure, least = (_LEGIBLE_TO_SECOND, _LETTERS_OF_SECOND) if second else (_LEGIBLE, _LETTERS)
    letters = "".join(sign for sign in word.text if sign.isalpha())
    return word.score >= sure and len(letters) >= least and letters.casefold() not in SIDES


def height(word: Word) -> int:
    """The height of its letters in pixels, whichever way the text runs."""
    left, top, right, bottom = word.box
    return min(right - left, bottom - top)
