"""Words that describe, and those that only institutions have in common."""

import re
from functools import cache
from typing import NamedTuple

from cleanroom.clean.text.folding import forms
from cleanroom.clean.text.units import WORDS
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


def undescribed(text: str) -> str:
    """A place or an id without the describing words around it: ``CT head MRN123`` is known as ``MRN123``."""
    tokens = text.split()
    while tokens and _describes(tokens[0]):
        del tokens[0]
    while tokens and _describes(tokens[-1]):
        del tokens[-1]
    generic = all(
        form in place_words() for word in WORDS.findall(" ".join(tokens)) for form in forms(word)[:1]
    )
    return text if generic and tokens else " ".join(tokens)


def _describes(token: str) -> bool:
    words = WORDS.findall(token)
    return bool(words) and all(
        vocabulary().has(word) and not place_words().intersection(forms(word)) for word in words
    )


def _lines(name: str) -> list[str]:
    lines = (HEADERS / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
