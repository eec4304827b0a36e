"""A text as a row of words: letters, and numbers between them."""

import re
from typing import NamedTuple

from cleanroom.clean.text.folding import forms

_RUN = re.compile(r"[^\W\d_]+|\d+")
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
    return [Unit(m.start(), m.end(), m[0], forms(m[0])) for m in _RUN.finditer(text)]


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
