"""Names of persons and places in a text: in any order, case, alphabet, and glued together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from typing import NamedTuple

from cleanroom.clean.text.folding import forms, is_unspaced, is_wide, variants
from cleanroom.clean.text.tidy import Span
from cleanroom.clean.text.units import WORDS, Unit, runs, split
from cleanroom.clean.text.vocabulary import place_words, undescribed, vocabulary

SHORTEST, EMBEDDED = 4, 7
"""Letters of a word that identifies alone, and of one that does so inside a longer word."""
_MOST_WORDS, _MOST_GLUED = 8, 5
_BETWEEN = re.compile(r"[ \t^,_.\-='’/&]{0,3}")
_POSSESSIVE = re.compile(r"['’]s(?!\w)")
_DIGITS = re.compile(r"\d+")
_HIRAGANA = re.compile(r"[\u3041-\u309f]*")
_TITLES = frozenset(
    ("dr", "prof", "md", "phd", "mr", "mrs", "ms", "med", "sir", "herr", "frau", "dipl", "ing", "jr", "sr")
)
_ROMANCE = ("de", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "le", "el", "y", "e")
_PARTICLES = frozenset(
    ("van", "von", "der", "den", "al", "bin", "ibn", "ten", "ter", "zu", "af", "av", *_ROMANCE)
)


@dataclass
class Names:
    """The words of all persons and places of a study, ready to be found."""

    alone: set[str] = field(default_factory=set)
    """They identify by themselves."""
    short: set[str] = field(default_factory=set)
    """They do when they are written with a capital: ``Xu``, ``NG``."""
    _groups: dict[str, set[int]] = field(default_factory=dict)
    _initials: dict[str, set[int]] = field(default_factory=dict)
    _cores: list[set[str]] = field(default_factory=list)
    _wide: set[str] = field(default_factory=set)

    def add_person(self, value: str) -> None:
        """A name as a PN or as people write it; its groups (``=``) and titles are understood."""
        for name in value.split("="):
            words = [word for word in WORDS.findall(name) if not word.isdigit()]
            core = [word for word in words if word.casefold() not in _TITLES | _PARTICLES][:_MOST_WORDS]
            self._add(words, core)
            self.alone |= {glued for glued in _glued(words, core) if not vocabulary().has(glued)}
            self.alone |= {form for word in core for form in variants(word) if self._tells(word, form)}
            self.short |= {form for word in core for form in variants(word) if self._short(form)}
            for word in core:
                for form in variants(word):
                    self._initials.setdefault(form[:1], set()).add(len(self._cores) - 1)
        self._wide |= {word for word in self.alone if is_unspaced(word)}

    def add_place(self, value: str) -> None:
        """An institution, department or address: its parts as a whole, its own words alone."""
        for part in map(undescribed, re.split(r"[,;\n\r^]", value)):
            words = WORDS.findall(part)
            if len(words) > 1 or (words and not vocabulary().has(words[0])):
                self._add(words, words)
            for word in words:
                places = {form for form in variants(word) if form not in place_words()}
                self.alone |= {form for form in places if self._tells(word, form)}
        self._wide |= {word for word in self.alone if is_unspaced(word)}

    def _add(self, words: list[str], core: list[str]) -> None:
        group = len(self._cores)
        self._cores.append({min(variants(word)) for word in core})
        for word in words:
            for form in variants(word):
                self._groups.setdefault(form, set()).add(group)

    @staticmethod
    def _tells(word: str, form: str) -> bool:
        if is_wide(word):
            return len(form) >= (3 if _HIRAGANA.fullmatch(form) else 2)
        return len(form) >= SHORTEST and form not in vocabulary().words

    @staticmethod
    def _short(form: str) -> bool:
        return 1 < len(form) < SHORTEST and form.isalpha() and form not in vocabulary().words

    def ready(self) -> "Finder":
        """The names, compiled."""
        long = sorted((w for w in self.alone if len(w) >= EMBEDDED and not w.isdigit()), key=len)
        return Finder(self, _any_of([*self._wide, *long]), tuple(sorted(self.alone)))

    def groups(self, unit: Unit) -> set[int]:
        """The names to which a word belongs."""
        return {group for form in unit.forms for group in self._groups.get(form, ())}

    def initial_of(self, unit: Unit) -> set[int]:
        """The names of which a single capital may be the initial."""
        single = len(unit.written) == 1 and unit.written.isalpha()
        return self._initials.get(unit.forms[0], set()) if single else set()

    def complete(self, group: int, units: list[Unit]) -> bool:
        """Whether words that do not identify alone are enough of a name together."""
        core = self._cores[group]
        words = {
            f for unit in units for f in unit.forms if f not in _PARTICLES and (len(f) > 1 or is_wide(f))
        }
        telling = words - vocabulary().words
        needed = 2 if telling else len(core)
        return len(words) > 1 and len({min(variants(w)) for w in words} & core) >= max(needed, 2)


class _Known(NamedTuple):
    """What a word is to the names: one by itself, a word of some, perhaps an initial of some."""

    alone: bool
    groups: set[int]
    initials: set[int]


class Finder:
    """Finds the names of `Names`."""

    def __init__(self, names: Names, embedded: re.Pattern[str] | None, alone: tuple[str, ...]) -> None:
        self._names, self._embedded, self._alone = names, embedded, alone
        self._words: dict[str, _Known] = {}
        self._insides: dict[str, list[Span]] = {}

    def spans(self, text: str) -> Iterator[Span]:
        """Where names stand, with what clings to them (``Smith's``, ``SMITH2``)."""
        units: list[Unit] = []
        known: list[_Known] = []
        for run in runs(text):
            whole = self._known(run)
            parts = [run] if whole.alone else split(run)
            units += parts
            known += [whole] if len(parts) == 1 else map(self._known, parts)
            if not whole.alone:
                yield from ((run.start + a, run.start + b) for a, b in self._inside(run))
        if any(word.alone or word.groups for word in known):
            for first, last in self._chains(text, units, known):
                yield units[first].start, _clinging(text, units[last].end)

    def _known(self, unit: Unit) -> _Known:
        known = self._words.get(unit.written)
        if known is None:
            short = self._names.short if unit.written[:1].isupper() else ()
            alone = any(form in self._names.alone or form in short for form in unit.forms)
            known = _Known(alone, self._names.groups(unit), self._names.initial_of(unit))
            self._words[unit.written] = known
        return known

    def _inside(self, run: Unit) -> list[Span]:
        """Names inside a longer word: long ones, and any that a describing word follows or precedes."""
        spans = self._insides.get(run.written)
        if spans is None:
            short = len(run.written) <= SHORTEST and run.written.isascii()
            skipped = short or vocabulary().has(run.written)
            spans = self._insides[run.written] = [] if skipped else list(self._searched(run))
        return spans

    def _searched(self, run: Unit) -> Iterator[Span]:
        for form in run.forms:
            matches = self._embedded.finditer(form) if self._embedded else ()
            yield from (_within(run, form, match.start(), match.end()) for match in matches)
            if not form.startswith(self._alone) and not form.endswith(self._alone):
                continue
            for name in self._alone:
                rest = len(form) - len(name)
                if form.startswith(name) and _may_cling(name, form[len(name) :]):
                    yield _within(run, form, 0, len(form) if rest == 1 else len(name))
                elif form.endswith(name) and _may_cling(name, form[:rest]):
                    yield _within(run, form, 0 if rest == 1 else rest, len(form))

    def _chains(self, text: str, units: list[Unit], known: list[_Known]) -> Iterator[tuple[int, int]]:
        """Neighbouring words of one name that hold a certain one, or are enough of a name together."""
        place = 0
        while place < len(units):
            shared = known[place].groups | known[place].initials
            last = place
            while shared and last + 1 < len(units):
                common = shared & (known[last + 1].groups | known[last + 1].initials)
                if not common or not _BETWEEN.fullmatch(text, units[last].end, units[last + 1].start):
                    break
                shared, last = common, last + 1
            row = range(place, last + 1)
            words = [units[i] for i in row if known[i].groups]
            certain = any(known[i].alone and not _in_phrase(units, i) for i in row)
            if certain or any(self._names.complete(group, words) for group in shared):
                yield place, last
            place = last + 1


def _glued(words: list[str], core: list[str]) -> set[str]:
    """``smithjohn``, ``vandenberg``, ``jsmith``, ``smithj``, ``jpsmith``: five letters or more."""
    found: set[str] = set()
    for count in (2, 3):
        rows = permutations(words[:_MOST_GLUED], count)
        found |= {"".join(row) for parts in rows if set(parts) & set(core) for row in _product(parts)}
    for word in core:
        initials = [forms(other[0])[0] for other in words if other is not word]
        ends = {*initials, "".join(initials)}
        found |= {glued for form in variants(word) for end in ends for glued in (end + form, form + end)}
    return {word for word in found if len(word) > SHORTEST or is_wide(word)}


def _product(words: Iterable[str]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [()]
    for word in words:
        rows = [(*row, form) for row in rows for form in sorted(variants(word))][:64]
    return rows


def _may_cling(name: str, rest: str) -> bool:
    """Whether the rest of a longer word is one that people glue to a name: a describing word, an initial."""
    return rest in vocabulary().words if len(rest) > 1 else len(name) > SHORTEST


def _within(run: Unit, form: str, start: int, end: int) -> Span:
    """A span of a folded word in the word as it is written; all of it where the lengths differ."""
    return (start, end) if len(form) == len(run.written) else (0, len(run.written))


def _clinging(text: str, end: int) -> int:
    match = _POSSESSIVE.match(text, end) or _DIGITS.match(text, end)
    return match.end() if match else end


def _in_phrase(units: list[Unit], place: int) -> bool:
    """Whether a word stands in a phrase of the vocabulary (``long axis``)."""
    for form in units[place].forms:
        for phrase in vocabulary().phrases.get(form, ()):
            start = place - phrase.index(form)
            row = units[max(start, 0) : start + len(phrase)]
            if start >= 0 and tuple(unit.forms[0] for unit in row) == phrase:
                return True
    return False


def _any_of(words: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True)))) if words else None
