"""Patterns of what identifies whoever it is: dates, telephone numbers, addresses, titles with names."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from cleanroom.clean.text.tidy import Span
from cleanroom.clean.text.vocabulary import vocabulary
from cleanroom.header.tables import HEADERS
from cleanroom.identity import is_registered
from cleanroom.yaml_text import parsed

_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_][^\W_]*")


class Pattern(NamedTuple):
    """One entry of ``workflow/headers/text_patterns.yaml``.

    Attributes
    ----------
    kind
        What it finds: ``date``, ``person``, ``number``, ``uid`` ...
    digits, needs, cues
        A text with fewer digits, without one of these characters or these words cannot match.
    words
        How the words of the group ``who`` are read: ``first`` (up to the first describing word), ``last``
        (back to the last one), ``all`` (none may describe), or empty: as they are.
    keeps
        The text before ``who`` stays.
    technical
        It is looked for in reviewed technical attributes as well.
    """

    name: str
    kind: str
    regex: re.Pattern[str]
    digits: int
    needs: frozenset[str]
    cues: frozenset[str]
    words: str
    keeps: bool
    technical: bool
    examples: tuple[str, ...]
    others: tuple[str, ...]

    def spans(self, text: str) -> Iterator[Span]:
        """Where it stands in a text."""
        for match in self.regex.finditer(text):
            if self.kind == "uid" and is_registered(match[0]):
                continue
            span = self._who(match) if self.words else match.span()
            if span:
                yield span

    def _who(self, match: re.Match[str]) -> Span | None:
        """The part of a match that is about somebody, without the describing words around it."""
        start, end = match.span("who")
        found = list(_WORD.finditer(match.string, start, end))
        describes = [vocabulary().has(word[0]) for word in found]
        if self.words == "label":
            return (end if any(describes) else start), match.end()
        if not found or describes[-1 if self.words == "last" else 0]:
            return None
        if self.words == "all":
            return None if any(describes) else (start, match.end())
        if self.words == "last":
            known = [word.end() for word, is_known in zip(found, describes, strict=True) if is_known]
            return max([start, *known]), match.end()
        stop = match.end() if not any(describes) else found[describes.index(True) - 1].end()
        return (start if self.keeps else match.start()), stop


def candidates(text: str) -> list[Pattern]:
    """The patterns that may stand in a text: most can be ruled out by its characters and words."""
    digits, characters = len(_DIGIT.findall(text)), frozenset(text)
    words = frozenset(_LETTERS.findall(text.lower()))
    return [
        pattern
        for pattern in patterns()
        if pattern.digits <= digits
        and not (pattern.needs and pattern.needs.isdisjoint(characters))
        and not (pattern.cues and pattern.cues.isdisjoint(words))
    ]


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns, in the order of the file."""
    content = _content()
    return tuple(_pattern(entry, content["parts"]) for entry in content["patterns"])


@cache
def month_names(month: int) -> str:
    """The names of a month (1 to 12) in seven languages, as alternatives of a regular expression."""
    names: list[str] = _content()["months"][month - 1].split()
    return "|".join(sorted(names, key=len, reverse=True))


def _pattern(entry: dict[str, Any], parts: dict[str, str]) -> Pattern:
    return Pattern(
        entry["name"],
        entry["kind"],
        re.compile(_filled(entry["regex"], parts)),
        entry.get("digits", 0),
        frozenset(entry.get("needs", "")),
        frozenset(_filled(entry.get("cues", ""), parts).strip("(?:)").replace("|", " ").split()),
        entry.get("words", ""),
        entry.get("keeps", False),
        entry.get("technical", False),
        tuple(entry["examples"]),
        tuple(entry["others"]),
    )


def _filled(regex: str, parts: dict[str, str]) -> str:
    """A regular expression with its ``{parts}`` filled in; a part may hold other parts."""
    every = "|".join(month_names(month) for month in range(1, 13))
    long = "|".join(name for name in every.split("|") if len(name) > 4)
    known = {"month": every, "long_month": long} | parts
    while found := re.search(r"\{([a-z_]+\d?)\}", regex):
        regex = regex.replace(found[0], f"(?:{known[found[1]]})")
    return regex.replace("\n", "")


@cache
def _content() -> Any:
    return parsed((HEADERS / "text_patterns.yaml").read_text(encoding="utf-8"))
