"""What identifies in one header: names, IDs, dates, telephone numbers, places, devices."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pydicom.dataset import Dataset

from cleanroom.errors import SetAside
from cleanroom.header import tables
from cleanroom.header.charset import DEFAULT, decoded, terms_of
from cleanroom.header.elements import items_of, value_of
from cleanroom.header.standard import standard_vr

Identifying = frozenset[tuple[str, str]]
"""(kind, text): ``person``, ``id``, ``date``, ``phone``, ``place`` or ``device``."""

SHORTEST = 4
"""Characters of an id, place or device; shorter ones stand in every text. Names are judged by the cleaner."""
BIRTH_DATE = 0x00100030
_DEEPEST = 8
_PLACEHOLDER = re.compile(r"[\W_0]*|0*1")


class _Listed(NamedTuple):
    """The list for the items of one sequence (0: the root and everything else)."""

    kinds: dict[int, str]
    sequences: frozenset[int]


def harvest(header: Dataset) -> Identifying:
    """The identities that a study's texts may repeat (list: ``workflow/headers/identities.tsv``).

    Reads the stored bytes of listed attributes, at the root and inside listed sequences. The birth date is
    an id as well: a profile that retains dates does not retain that one.

    Parameters
    ----------
    header
        A dataset as `pydicom.dcmread` reads it.

    Raises
    ------
    SetAside
        When the character set is unknown, or a listed sequence cannot be read.
    """
    found: set[tuple[str, str]] = set()
    _collect(header, 0, DEFAULT, 0, found)
    return frozenset(found)


def _collect(
    header: Dataset, parent: int, inherited: tuple[str, ...], depth: int, found: set[tuple[str, str]]
) -> None:
    if depth > _DEEPEST:
        raise SetAside(f"its sequences of identities are nested deeper than {_DEEPEST} levels")
    terms = terms_of(header, inherited)
    listed = _listed(parent)
    tags = header.keys()
    for tag in tags & listed.kinds.keys():
        vr = standard_vr(tag) or "LO"
        value = value_of(header.get_item(tag), vr)
        found |= _identities(tag, listed.kinds[tag], value, terms, vr)
    for tag in tags & listed.sequences:
        for item in items_of(header.get_item(tag)):
            _collect(item, tag, terms, depth + 1, found)


@lru_cache(maxsize=16384)
def _identities(tag: int, kind: str, value: bytes, terms: tuple[str, ...], vr: str) -> Identifying:
    text = decoded(value, terms, vr)
    if text is None:  # not what is declared: what people then mean is one of these
        text = _guessed(value)
    parts = [part.strip(" \0\r\n") for part in text.split("\\")]
    known = {(kind, part) for part in parts if _tells(kind, part)}
    if tag == BIRTH_DATE:
        known |= {("id", part) for _, part in known}
    return frozenset(known)


def _tells(kind: str, text: str) -> bool:
    if kind == "person":
        return any(character.isalnum() for character in text)
    if kind == "date":
        return len(text) >= 8 and text[:8].strip("0") != ""
    wide = any(character > "\u2e80" for character in text)
    return (len(text) >= SHORTEST or (wide and len(text) > 1)) and not _PLACEHOLDER.fullmatch(text)


def _guessed(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


@cache
def _listed(parent: int) -> _Listed:
    kinds: dict[int, str] = {}
    sequences: set[int] = set()
    for row in tables.rows("identities.tsv"):
        *within, tag = (int(part.replace(",", ""), 16) for part in row["tag"].split(">"))
        if within and within != [parent]:
            continue
        if row["descend"]:
            sequences.add(tag)
        else:
            kinds[tag] = row["kind"]
    return _Listed(kinds, frozenset(sequences))
