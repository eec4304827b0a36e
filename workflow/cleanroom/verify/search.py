"""Searching bytes for what identifies: in Latin-1, UTF-8 and UTF-16, packed or not, whatever the case."""

import re
from collections.abc import Iterable

from cleanroom.verify import tables
from cleanroom.verify.unpacked import unpacked
from cleanroom.verify.vocabulary import SHORTEST, Vocabulary, plain, words

_UID = re.compile(rb"[0-2](?:\.\d+){3,}")
_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-./]?(\d\d)[-./]?(\d\d)(?!\d)|(?<!\d)(\d\d)[./](\d\d)[./]((?:19|20)\d\d)(?!\d)"
)
_NUMBER = re.compile(r"(?<![\w.])\d{4,}(?![\w]|\.\d)")
_EMBEDDED = 7
"""A value of this many characters is also found inside a longer word."""
_TELLING = 3
"""Letters: a value has a word of this length, or it is looked for exactly as it is written."""
NUMERIC = frozenset(("AT", "DS", "FD", "FL", "IS", "SL", "SS", "SV", "TM", "UL", "US", "UV", "UI", "AS"))
"""Representations in which digits are technical: identifiers that are digits only are not searched there."""
_PRIVATE_DATES = frozenset(("UN", "OB", "LO", "LT", "PN", "SH", "ST", "UC", "UT"))

Finding = tuple[str, str]
"""What was found (``name``, ``identifier``, ``place`` ...) and how it was written."""


class Search:
    """A study's vocabulary, made ready for searching.

    Parameters
    ----------
    vocabulary
        The identifying values. Common words are left out, and places, devices and descriptions that are
        technical values as well; names and identifiers never for that reason.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        harmless = tables.common()
        technical = "\n".join(f" {' '.join(words(value))} " for value in vocabulary.retained)
        phrases = {
            value: kind
            for value, kind in vocabulary.phrases.items()
            if kind == "identifier" or f" {' '.join(words(value))} " not in technical
        }
        self._numbers = _worth(vocabulary.numbers, harmless)
        names = dict.fromkeys(vocabulary.names, "name")
        self._kinds = {value: kind for value, kind in (phrases | names).items() if _worth({value}, harmless)}
        self._sequences: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for value, kind in self._kinds.items():
            found = words(value)
            if max(map(len, found)) >= _TELLING:
                self._sequences.setdefault(found[0], []).append((found, kind))
        self._embedded = [(value, kind) for value, kind in self._kinds.items() if _literal(value)]
        self._uids = vocabulary.uids
        self._dates = {day for _, day in vocabulary.dates if day not in harmless}
        self._tagged_dates = {pair for pair in vocabulary.dates if pair[1] not in harmless}
        self._raw = vocabulary.raw

    def value(self, tag: int, vr: str, value: bytes) -> set[Finding]:
        """What identifies in the value of one element."""
        found = set() if tag in tables.tags("classes") else self._uids_in(value)
        if vr in ("DA", "DT"):
            days = value.decode("latin-1").replace(".", "").split("\\")
            if any((tag, day.strip()[:8]) in self._tagged_dates for day in days):
                found.add(("date", "Latin-1"))
            return found
        if vr in NUMERIC:
            return found | self._long_numbers(vr, value)
        found |= self._read(vr, value)
        for part in unpacked(value):
            found |= {(kind, f"packed, {how}") for kind, how in self._read("OB", part)}
            found |= {(kind, "packed") for kind, _ in self._uids_in(part)}
        return found

    def _read(self, vr: str, value: bytes) -> set[Finding]:
        found = {("name", "raw") for raw in self._raw if raw in value}
        for encoding, text in readings(vr, value):
            found |= {(kind, encoding) for kind in self.text(text, vr)}
        return found

    def text(self, text: str, vr: str = "LO") -> set[str]:
        """The kinds of what identifies in a decoded text."""
        low = plain(text)
        found = {kind for value, kind in self._embedded if value in low}
        run = words(low)
        for at, word in enumerate(run):
            for sequence, kind in self._sequences.get(word, ()):
                if run[at : at + len(sequence)] == sequence:
                    found.add(kind)
        found |= self._numbers_in(low)
        if vr in _PRIVATE_DATES:
            days = ("".join(match[:3]) or match[5] + match[4] + match[3] for match in _DAY.findall(low))
            if any(day in self._dates for day in days):
                found.add("date")
        return found

    def _numbers_in(self, text: str) -> set[str]:
        parts = {part.strip() for part in text.split("\\")}
        runs = {run for run in _NUMBER.findall(text) if len(run) >= 6}
        return {"identifier"} if (parts | runs) & self._numbers else set()

    def _long_numbers(self, vr: str, value: bytes) -> set[Finding]:
        if vr not in ("DS", "IS"):
            return set()
        parts = {part.strip(" \0") for part in value.decode("latin-1").split("\\")}
        hit = any(len(part) > 6 and part in self._numbers for part in parts)
        return {("identifier", "Latin-1")} if hit else set()

    def _uids_in(self, value: bytes) -> set[Finding]:
        if value.count(b".") < 3:
            return set()
        for candidate in _UID.findall(value.replace(b"\0", b"")):
            parts = candidate.split(b".")
            if any(b".".join(parts[:end]) in self._uids for end in range(4, len(parts) + 1)):
                return {("UID", "Latin-1")}
        return set()


def readings(vr: str, value: bytes) -> Iterable[tuple[str, str]]:
    """The ways in which bytes can be read as text.

    Plain ASCII in a text element has one; bytes of unknown kind are also read as UTF-16, from either byte.
    """
    yield "Latin-1", value.decode("latin-1")
    ascii_ = value.isascii()
    if not ascii_:
        yield "UTF-8", value.decode("utf-8", "ignore")
    binary = vr in ("OB", "OW", "UN", "OL", "OV")
    if len(value) >= 2 * SHORTEST and (binary or not ascii_ or b"\0" in value):
        for shift in (0, 1):
            yield "UTF-16 LE", value[shift:].decode("utf-16-le", "ignore")
            yield "UTF-16 BE", value[shift:].decode("utf-16-be", "ignore")


def _worth(values: set[str], harmless: frozenset[str]) -> set[str]:
    return {value for value in values if value not in harmless and len("".join(words(value))) >= SHORTEST}


def _literal(value: str) -> bool:
    """Whether a value is searched letter by letter: it is long, or its words are too short."""
    short = max(map(len, words(value))) < _TELLING
    return short or (len(value) >= _EMBEDDED and not value.replace(" ", "").isdigit())
