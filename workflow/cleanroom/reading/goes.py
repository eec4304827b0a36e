"""Which words go, in DICOM, pictures and PDFs alike: all of them, or those that identify."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from cleanroom.clean.text.cleaner import text_cleaner
from cleanroom.header.identifying import Identifying
from cleanroom.reading.word import Word

Goes = Callable[[Word], bool]
Choice = Literal["all", "identity", "never"]
_SURE = 0.85
"""Below this a text was read too badly to say that it does not identify."""
_ALIKE = 0.75
_SHORTEST, _SHORTEST_JOINED = 4, 5
"""Letters and digits: what is shorter names nobody; two words that a reader may have torn apart."""
_LETTERS = str.maketrans("015824", "OISBZA")
_LOOKALIKES = str.maketrans("0Q1L!|582", "OOIIIISBZ")
_CYRILLIC = str.maketrans("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху")
"""A reader of Latin letters takes these for each other."""
_TECHNICAL = frozenset("µμΩ")
_DIGITS = str.maketrans("OQIlSBZ", "0011582")


def chooser(words: Choice, identifying: Identifying) -> Goes:
    """The test whether a word goes.

    A single letter or digit that stands alone stays: it identifies nobody, the marks of orientation
    (L R A P H F S I) are such, and so is round anatomy that looks like an O.

    Parameters
    ----------
    words
        ``text.rules[].words`` of the config. With ``identity`` what is written in other than Latin letters
        goes: headers mostly hold names in Latin ones, so it cannot be said to be none.
    identifying
        The identities of the study or the patient; where none are known, all words go.
    """
    if words == "never":
        return lambda _: False
    if words == "all" or not identifying:
        return everything
    cleaner = text_cleaner(identifying)
    tokens = frozenset(
        token for kind, text in identifying if kind in ("person", "id") for token in _tokens(text)
    )

    def identifies(word: Word) -> bool:
        if not word.readable:
            return True
        if word.signs < 2:
            return False
        spellings = {word.text} | {word.text.translate(table) for table in (_LETTERS, _DIGITS, _CYRILLIC)}
        return (
            word.score < _SURE
            or not _latin(word.text)
            or any(cleaner.cleaned(text) != text for text in spellings)
            or any(_alike(token, tokens) for text in spellings for token in _tokens(text, joined=True))
        )

    return identifies


def everything(word: Word) -> bool:
    """Whether a word goes where all words go."""
    return not word.readable or sure(word)


def sure(word: Word) -> bool:
    """Whether this is a word and not a speck: two letters or digits at least that were read."""
    return word.readable and word.signs > 1


def _latin(text: str) -> bool:
    letters = (letter for letter in text if letter.isalpha() and letter not in _TECHNICAL)
    return all(unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN")) for letter in letters)


def _alike(token: str, tokens: frozenset[str]) -> bool:
    return any(difflib.SequenceMatcher(None, token, known).ratio() >= _ALIKE for known in tokens)


def _tokens(text: str, joined: bool = False) -> list[str]:
    """Words in capitals without accents, neighbours also as one; signs that a recogniser confuses are one."""
    plain = unicodedata.normalize("NFKD", text).upper()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_LOOKALIKES)
    words = re.findall(r"\w+", bare)
    pairs = [one + other for one, other in pairwise(words)] if joined else []
    return [word for word in words if len(word) >= _SHORTEST] + [
        pair for pair in pairs if len(pair) >= _SHORTEST_JOINED
    ]
