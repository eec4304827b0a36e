"""Whether a line of text identifies: for `text.words: identity`, where the patient is known."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import pairwise

from cleanroom.clean.text import text_cleaner
from cleanroom.header.identifying import Identifying
from cleanroom.reading import Word

Tells = Callable[[str], bool]
"""Whether a text identifies."""

_LOOKALIKE = str.maketrans("0158|!", "oissll")
_SHORTEST = 5


def telling(words: Iterable[Word], tells: Tells | None) -> list[Word]:
    """The words that have to go: all of them, or those that identify.

    A line that identifies somebody goes as a whole. What cannot be read goes in either case; a letter or
    digit that stands alone stays, as in the pixels of DICOM: a circle looks like one.
    """
    return [word for word in words if not word.readable or (sure(word) and (not tells or tells(word.text)))]


def sure(word: Word) -> bool:
    """Whether this is a word and not a speck: two letters or digits at least that were read."""
    return word.readable and word.signs > 1


def tells(identifying: Identifying) -> Tells:
    """What the cleaner of descriptions would remove, and names that a reader may have misread by a letter."""
    cleaner = text_cleaner(identifying)
    known = {
        folded
        for kind, text in identifying
        if kind in ("person", "id")
        for part in re.split(r"[\^=\\ ,;]+", text)
        if len(folded := _folded(part)) >= _SHORTEST
    }

    def told(text: str) -> bool:
        if cleaner.cleaned(text) != text:
            return True
        parts = [_folded(part) for part in text.split()]
        joined = [a + b for a, b in pairwise(parts)]
        return any(_near(part, one) for part in parts + joined for one in known)

    return told


def _folded(text: str) -> str:
    """Letters and digits that a reader takes for each other become the same."""
    base = unicodedata.normalize("NFKD", text.casefold()).translate(_LOOKALIKE)
    return "".join(letter for letter in base if letter.isalnum())


def _near(one: str, other: str) -> bool:
    """Whether two words differ by one letter at most: another, one more, one less."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:]
