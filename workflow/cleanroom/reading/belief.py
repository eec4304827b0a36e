"""Whether what was found is text, and not anatomy that looks like it: measured on scans without any."""

from cleanroom.reading.word import Word

SURE = 0.5
"""A text that was recognised with this score was read."""
_SHORT, _SHORT_SURE = 4, 0.8
"""Up to so many letters and digits need this score: bone looks like `von` and `ro`."""
_SINGLE_SURE, _SINGLE_FOUND = 0.9, 0.6
"""A single one needs this score, and this much from the detector: a vessel looks like an O."""
_LARGE_SIGNS, _LARGE_SURE = 3, 0.9
"""Letters as large as anatomy need so many and this score: shoulders look like `0.0`."""
_LONG, _LONG_FOUND, _STROKES = 2.5, 0.25, 6
"""What was not read is text in an unknown script when it is so much longer than high, was found so surely,
and has so many strokes along it; a bar or a scale has fewer."""


def believed(word: Word) -> bool:
    """Whether it is text, read or not, at the scale at which text usually stands."""
    if not word.readable:
        left, top, right, bottom = word.box
        long = max(right - left, bottom - top)
        return long >= _LONG * height(word) and word.found >= _LONG_FOUND and word.strokes >= _STROKES
    if signs(word) == 1:
        return word.score >= _SINGLE_SURE and word.found >= _SINGLE_FOUND
    return signs(word) > _SHORT or word.score >= _SHORT_SURE


def believed_large(word: Word) -> bool:
    """Whether it is text that was found only in the reduced picture."""
    return word.readable and signs(word) >= _LARGE_SIGNS and word.score >= _LARGE_SURE


def height(word: Word) -> int:
    """The height of its letters in pixels, whichever way the text runs."""
    left, top, right, bottom = word.box
    return min(right - left, bottom - top)


def signs(word: Word) -> int:
    """How many letters and digits there are in its text."""
    return sum(character.isalnum() for character in word.text)
