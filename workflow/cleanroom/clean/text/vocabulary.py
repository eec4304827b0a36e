"""Words that describe, and those that only institutions have in common."""

import re
from functools import cache
from typing import NamedTuple

from cleanroom.clean.text.folding import forms
from cleanroom.header.tables import HEADERS

_ENTRY = re.compile(r"(?P<base>[^(]+?)(?: \((?P<endings>[\w ]+)\))?")
_PIECES = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[^\W\d_a-z]+")


class Vocabulary(NamedTuple):
    """Technical and anatomical words in folded form.

    Attributes
    ----------
    words
        They survive alone.
    phrases
        Word → the phrases in which it survives.
    """

    words: frozenset[str]
    phrases: dict[str, tuple[tuple[str, ...], ...]]

    def has(self, word: str) -> bool:
        """Whether a word of a text describes."""
        return any(form in self.words for form in forms(word))


@cache
def vocabulary() -> Vocabulary:
    """``anatomy.txt`` and ``vocabulary.txt`` of ``workflow/headers``."""
    words: set[str] = set()
    phrases: dict[str, tuple[tuple[str, ...], ...]] = {}
    for line in [*_lines("anatomy.txt"), *_lines("vocabulary.txt")]:
        match = _ENTRY.fullmatch(line)
        if match is None:
            raise ValueError(f"vocabulary.txt: {line!r} is not a word with endings")
        if " " in match["base"]:
            phrase = tuple(forms(word)[0] for word in match["base"].split())
            phrases |= {word: (*phrases.get(word, ()), phrase) for word in phrase}
            continue
        words |= _written(match["base"], (match["endings"] or "").split())
    return Vocabulary(frozenset(words), phrases)


def _written(base: str, endings: list[str]) -> set[str]:
    whole = base.replace("_", "")
    spellings = {base, whole, *(whole + ending for ending in endings)}
    if "_" in base or endings or base[1:] != base[1:].lower():
        spellings |= {piece for piece in _PIECES.findall(base) if len(piece) > 2}
    return {form for spelling in spellings for form in forms(spelling)}


@cache
def place_words() -> frozenset[str]:
    """``place_words.txt``, folded."""
    return frozenset(
        form for line in _lines("place_words.txt") for word in line.split() for form in forms(word)
    )


def _lines(name: str) -> list[str]:
    lines = (HEADERS / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
