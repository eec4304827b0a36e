"""Words in a form in which case, accents and the alphabet do not matter."""

import re
import unicodedata
from functools import cache, lru_cache

from cleanroom.header import tables

SCHEMES = ("first", "second", "third", "fourth")
_EXPANDED = re.compile(r"(?<=[aou])e|(?<=a)a")
_HANGUL = range(0xAC00, 0xD7A4)
_KATAKANA = range(0x30A1, 0x30F7)
_WIDE = "\u2e80"
"""From here on: scripts of East Asia, whose names are two characters long."""


@lru_cache(maxsize=65536)
def forms(word: str) -> tuple[str, ...]:
    """A word of a text in lower-case Latin letters, once for every way its letters are transliterated.

    Accents go (Unicode NFKD), letters of ``workflow/headers/transliteration.tsv`` become Latin ones.
    """
    if word.isascii():
        return (word.lower(),)
    lower = unicodedata.normalize("NFC", word).lower()
    return tuple(dict.fromkeys(_folded(lower, scheme) for scheme in SCHEMES))


def variants(word: str) -> set[str]:
    """The forms of an identity's word, those without the ``e`` of ae, oe, ue included."""
    found = set(forms(word))
    return found | {shorter for form in found if len(shorter := _EXPANDED.sub("", form)) > 3}


def is_wide(word: str) -> bool:
    """Whether a word is written in an East Asian script."""
    return not word.isascii() and any(character >= _WIDE for character in word)


def _folded(lower: str, scheme: str) -> str:
    letters = _letters(scheme)
    return "".join(letters[c] if c in letters else c if c.isascii() else _base(c) for c in lower)


@lru_cache(maxsize=8192)
def _base(character: str) -> str:
    if ord(character) in _HANGUL:
        return character
    decomposed = unicodedata.normalize("NFKD", character)
    kept = [c for c in decomposed if not unicodedata.combining(c)]
    return "".join(chr(ord(c) - 0x60) if ord(c) in _KATAKANA else _letters("first").get(c, c) for c in kept)


@cache
def _letters(scheme: str) -> dict[str, str]:
    table = {}
    for row in tables.rows("transliteration.tsv"):
        table[row["letter"]] = row[scheme] or row["first"]
    return table
