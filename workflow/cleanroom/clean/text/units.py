"""A text as a row of words: letters, and numbers between them."""

import re
from typing import NamedTuple

from cleanroom.clean.text.folding import forms

_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u3099\u309a"
)
"""Accents and vowels that are characters of their own: Latin, Hebrew, Arabic, Devanagari, Thai, Japanese."""
WORDS = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*|\d+")
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")


class Unit(NamedTuple):
    """One word or number, and where it stands.

    Attributes
    ----------
    forms
        Folded (`folding.forms`).
    """

    start: int
    end: int
    written: str
    forms: tuple[str, ...]


def runs(text: str) -> list[Unit]:
    """Unbroken letters, and unbroken digits."""
    return [Unit(m.start(), m.end(), m[0], forms(m[0])) for m in WORDS.finditer(text)]


def split(unit: Unit) -> list[Unit]:
    """The words of ``CamelCase``; one for anything else."""
    parts = _CAMEL.split(unit.written)
    if len(parts) == 1:
        return [unit]
    units, start = [], unit.start
    for part in parts:
        units.append(Unit(start, start + len(part), part, forms(part)))
        start += len(part)
    return units
