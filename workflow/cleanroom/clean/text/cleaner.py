"""The cleaner of texts: the study's own identities, and patterns of anybody's."""

import re
from collections.abc import Iterable
from functools import lru_cache

from cleanroom.clean.text.folding import is_wide
from cleanroom.clean.text.names import SHORTEST, Finder, Names
from cleanroom.clean.text.numbers import NUMERIC, expressions
from cleanroom.clean.text.patterns import candidates
from cleanroom.clean.text.tidy import Span, merged, without
from cleanroom.clean.text.vocabulary import undescribed, vocabulary
from cleanroom.header.identifying import Identifying

_REMEMBERED = 20_000
_MOST_ROUNDS = 20
_LONG_NUMBER = 6
_FEWEST_DIGITS = 3
"""Identities have four characters or more; with fewer digits they do not stand in a number."""
_NO_DIGITS = re.compile(r"[^\d\\]")
_SOME_DIGITS = re.compile(r"(?:\d\D*){3}")
_NUMBER = re.compile(r"[+-]?0*(\d+)(?:\.0*)?")


class TextCleaner:
    """Removes what identifies from the texts of one study (PS3.15 E.3.4, E.3.5, E.3.6: "cleaning").

    Parameters
    ----------
    identifying
        What `cleanroom.header.identifying.harvest` found.
    keep
        Kinds that the profile retains: their values stay, and dates of any form for ``date``.
    """

    def __init__(self, identifying: Identifying, keep: frozenset[str] = frozenset()) -> None:
        self._keep = keep
        self._own = _Identities(entry for entry in identifying if entry[0] not in keep)
        self._kept = _Identities(entry for entry in identifying if entry[0] in keep)
        self._numbers = {
            digits.lstrip("0")
            for kind, text in identifying
            if kind not in keep and (digits := "".join(re.findall(r"\d", text)))
        }
        self._cleaned = lru_cache(maxsize=_REMEMBERED)(self._clean)

    def cleaned(self, text: str, technical: bool = False) -> str:
        """A text without what identifies; the same text when there is nothing.

        Parameters
        ----------
        text
            One value, or several with backslashes between them.
        technical
            A reviewed technical attribute: the study's own identities are removed, and names of persons whom
            a title or a label gives away; numbers and dates of others are technical there.
        """
        return self._cleaned(text, technical)

    def names_somebody(self, value: str) -> bool:
        """Whether a code string or a number holds one of the study's identities as a whole word.

        A number does when it is an identity's, six digits or more; a word of the vocabulary never does.
        """
        value = value.strip(" \0")
        if number := _NUMBER.fullmatch(value):
            return len(number[1]) >= _LONG_NUMBER and number[1] in self._numbers
        if not value or vocabulary().has(value):
            return False
        return self.cleaned(value, technical=True) != value

    def may_name_somebody(self, numbers: str) -> bool:
        """Whether the digits of an identity stand in a list of numbers; quick, and sure where it says no."""
        digits = _NO_DIGITS.sub("", numbers)
        return any(number in digits for number in self._numbers if len(number) >= _FEWEST_DIGITS)

    def _clean(self, text: str, technical: bool) -> str:
        for _ in range(_MOST_ROUNDS):  # what a removal brings together may be a name
            spans = merged(self._spans(text, technical))
            if not spans:
                return text
            text = without(text, spans)
        return ""

    def _spans(self, text: str, technical: bool) -> Iterable[Span]:
        return [*self._own.spans(text), *self._patterns(text, technical)]

    def _patterns(self, text: str, technical: bool) -> list[Span]:
        spared = list(self._kept.spans(text)) if self._keep else []
        found: list[Span] = []
        for pattern in candidates(text):
            if technical and not pattern.technical:
                continue
            spans = list(pattern.spans(text))
            if pattern.kind in self._keep:
                spared += spans
            else:
                found += [span for span in spans if pattern.kind == "person" or not _touches(span, spared)]
        return found


@lru_cache(maxsize=64)
def text_cleaner(identifying: Identifying, keep: frozenset[str] = frozenset()) -> TextCleaner:
    """One cleaner for all files with the same identities: it remembers the texts that it has seen."""
    return TextCleaner(identifying, keep)


class _Identities:
    """Identities of one study, ready to be found in a text."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        names = Names()
        found: set[str] = set()
        for kind, text in entries:
            if kind == "person":
                names.add_person(text)
                continue
            known = undescribed(text)
            if kind == "place":
                names.add_place(known)
            elif len(known) >= SHORTEST or is_wide(known):
                found |= set(expressions(kind, known))
        self._finder: Finder = names.ready()
        ordered = sorted(found, key=lambda expression: (-len(expression), expression))
        self._numbers = _any_of([e for e in ordered if e.startswith(NUMERIC)])
        self._others = _any_of([e for e in ordered if not e.startswith(NUMERIC)])

    def spans(self, text: str) -> Iterable[Span]:
        yield from self._finder.spans(text)
        if self._others:
            yield from (match.span() for match in self._others.finditer(text))
        if self._numbers and _SOME_DIGITS.search(text):
            yield from (match.span() for match in self._numbers.finditer(text))


def _any_of(expressions: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{e})" for e in expressions), re.I) if expressions else None


def _touches(span: Span, others: list[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
