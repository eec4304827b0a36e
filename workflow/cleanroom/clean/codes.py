"""Coded concepts: kept when their scheme is public and the code fits it, with the scheme's own meaning."""

import re
from functools import cache, lru_cache

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cleanroom.clean.dummies import WORD
from cleanroom.header import tables
from cleanroom.header.elements import Stored, stored, value_of

SCHEME, VERSION, MEANING = 0x00080102, 0x00080103, 0x00080104
VALUES = {0x00080100: "SH", 0x00080119: "UC", 0x00080120: "UR"}
VR = {**VALUES, SCHEME: "SH", VERSION: "SH", MEANING: "LO"}
_SNOMED_RT = {"SRT", "SNM3", "99SDM"}
UNKNOWN_SCHEME = "99CLEANED"
_VERSION = re.compile(r"[0-9.]{1,16}")


def clean_code(source: Dataset, target: Stored) -> None:
    """Write the code of one item: the original, or ``CLEANED`` where it may be somebody's own words.

    Parameters
    ----------
    source
        The item as it was.
    target
        The cleaned item, which gets Code Value, Coding Scheme Designator and Version, and Code Meaning.
    """
    tags = source.keys()
    text = {tag: _text(source, tag) for tag in VR if tag in tags}
    if not text:
        return
    place = next((tag for tag in VALUES if text.get(tag)), None)
    if place is None:
        scheme = text.get(SCHEME, "") if is_public(text.get(SCHEME, "")) else ""
        new = {SCHEME: scheme or UNKNOWN_SCHEME, MEANING: WORD}
    else:
        scheme, meaning = vetted(text.get(SCHEME, ""), text[place], text.get(MEANING, ""))
        new = {place: text[place] if scheme else WORD, SCHEME: scheme or UNKNOWN_SCHEME, MEANING: meaning}
    if scheme and _VERSION.fullmatch(text.get(VERSION, "")):
        new[VERSION] = text[VERSION]
    for tag, value in new.items():
        if tag in text:
            same = value == text[tag]
            original = value_of(source.get_item(tag), VR[tag])
            target[BaseTag(tag)] = stored(tag, VR[tag], original if same else value.encode())


def is_public(scheme: str) -> bool:
    """Whether a coding scheme is one that anybody can look up."""
    return scheme in _patterns() or scheme in _schemes()


@lru_cache(maxsize=4096)
def vetted(scheme: str, value: str, meaning: str) -> tuple[str, str]:
    """The scheme (empty: the code must go) and a meaning that nobody typed."""
    meanings = _meanings(scheme)
    if value in meanings:
        known = meanings[value]
        return scheme, meaning if meaning.casefold() in {word.casefold() for word in known} else known[0][:64]
    pattern = _patterns().get(scheme)
    if not pattern or not pattern.fullmatch(value):
        return "", WORD
    return scheme, value if scheme == "UCUM" else WORD


def _text(source: Dataset, tag: int) -> str:
    return value_of(source.get_item(tag), VR[tag]).decode("latin-1").strip(" \0")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {row["designator"]: re.compile(row["pattern"]) for row in tables.rows("coding_schemes.tsv")}


@cache
def _schemes() -> frozenset[str]:
    """The schemes of which single codes are known."""
    listed = {row["designator"] for row in tables.rows("concept_schemes.tsv")}
    return frozenset(listed | {row["scheme"] for row in tables.rows("public_codes.tsv")})


@cache
def _meanings(scheme: str) -> dict[str, list[str]]:
    """Code → its meanings: all context groups of PS3.16, and codes that vendors published."""
    if scheme not in _schemes():
        return {}
    from pydicom.sr._concepts_dict import concepts  # noqa: PLC0415 - loaded only when a public code is met

    contexts: dict[str, dict[str, dict[str, tuple[str, list[int]]]]] = concepts  # type: ignore[assignment]
    known: dict[str, list[str]] = {}
    for entry in contexts.get(scheme, {}).values():
        for value, (meaning, _) in entry.items():
            known.setdefault(value, []).append(meaning)
    if scheme in _SNOMED_RT:
        known |= _snomed_rt()
    for row in tables.rows("public_codes.tsv"):
        if row["scheme"] == scheme:
            known.setdefault(row["value"], []).append(row["meaning"])
    return known


@cache
def _snomed_rt() -> dict[str, list[str]]:
    """SNOMED RT codes with the meanings of the SNOMED CT codes that they became."""
    from pydicom.sr._snomed_dict import mapping  # noqa: PLC0415 - as above

    current = _meanings("SCT")
    return {old: current[new] for old, new in mapping["SRT"].items() if new in current}
