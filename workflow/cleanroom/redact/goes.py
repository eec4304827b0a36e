"""Which words go: all of them, or those that identify."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from cleanroom.clean.text.cleaner import text_cleaner
from cleanroom.header.identifying import Identifying
from cleanroom.reading import Word

Goes = Callable[[Word], bool]
_SURE = 0.85
"""Below this a text was read too badly to say that it does not identify."""
_ALIKE = 0.75
_SHORTEST = 4
_LETTERS = str.maketrans("015824", "OISBZA")
_LOOKALIKES = str.maketrans("0Q1L582", "OOIISBZ")
_CYRILLIC = str.maketrans("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху")
"""A reader of Latin letters takes these for each other."""
_TECHNICAL = frozenset("µμΩ")
_DIGITS = str.maketrans("OQIlSBZ", "0011582")


def chooser(words: Literal["all", "identity", "never"], identifying: Identifying) -> Goes:
    """The test whether a word goes.

    A single letter or digit that stands alone stays: it identifies nobody, the marks of orientation
    (L R A P H F S I) are such, and so is round anatomy that looks like an O.

    Parameters
    ----------
    words
        ``text.rules[].words`` of the config. With ``identity`` what is written in other than Latin letters
        goes: headers mostly hold names in Latin ones, so it cannot be said to be none.
    identifying
        The study's identities.
    """
    if words == "never":
        return lambda _: False
    if words == "all":
        return lambda word: not word.readable or word.signs > 1
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
            or any(_alike(token, tokens) for text in spellings for token in _tokens(text))
        )

    return identifies


def _latin(text: str) -> bool:
    letters = (letter for letter in text if letter.isalpha() and letter not in _TECHNICAL)
    return all(unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN")) for letter in letters)


def _alike(token: str, tokens: frozenset[str]) -> bool:
    return any(difflib.SequenceMatcher(None, token, known).ratio() >= _ALIKE for known in tokens)


def _tokens(text: str) -> list[str]:
    """Words in capitals without accents; letters and digits that a recogniser confuses are one."""
    plain = unicodedata.normalize("NFKD", text).upper()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return [token.translate(_LOOKALIKES) for token in re.findall(r"\w+", bare) if len(token) >= _SHORTEST]
