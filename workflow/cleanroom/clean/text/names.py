"""Names of persons and places in a text: in any order, case, alphabet, and glued together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations

from cleanroom.clean.text.folding import is_wide, variants
from cleanroom.clean.text.tidy import Span
from cleanroom.clean.text.units import Unit, runs, split
from cleanroom.clean.text.vocabulary import place_words, vocabulary

SHORTEST, EMBEDDED = 4, 7
"""Letters of a word that identifies alone, and of one that does so inside a longer word."""
_MOST_WORDS = 8
_BETWEEN = re.compile(r"[\s^,_.\-='’/&]{0,3}")
_POSSESSIVE = re.compile(r"['’]s(?!\w)")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_HIRAGANA = re.compile(r"[\u3041-\u309f]*")
_TITLES = {
    *[
        "dr",
        "prof",
        "md",
        "phd",
        "mr",
        "mrs",
        "ms",
        "med",
        "sir",
        "herr",
        "frau",
        "dipl",
        "ing",
        "jr",
        "sr",
        "ii",
        "iii",
    ]
}
_PARTICLES = {
    *[
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ten",
        "ter",
        "zu",
        "af",
        "av",
        "y",
        "e",
    ]
}


@dataclass
class Names:
    """The words of all persons and places of a study, ready to be found."""

    alone: set[str] = field(default_factory=set)
    """They identify by themselves."""
    _groups: dict[str, set[int]] = field(default_factory=dict)
    _initials: dict[str, set[int]] = field(default_factory=dict)
    _cores: list[set[str]] = field(default_factory=list)
    _wide: set[str] = field(default_factory=set)

    def add_person(self, value: str) -> None:
        """A name as a PN or as people write it; its groups (``=``) and titles are understood."""
        for name in value.split("="):
            words = [word for word in _WORD.findall(name) if not word.isdigit()]
            core = [word for word in words if word.casefold() not in _TITLES | _PARTICLES][:_MOST_WORDS]
            self._add(words, core)
            self.alone |= {glued for glued in _glued(core) if not vocabulary().has(glued)}
            self.alone |= {form for word in core for form in variants(word) if self._tells(word, form)}
            for word in core:
                for form in variants(word):
                    self._initials.setdefault(form[:1], set()).add(len(self._cores) - 1)
        self._wide |= {word for word in self.alone if is_wide(word)}

    def add_place(self, value: str) -> None:
        """An institution, department or address: its parts as a whole, its own words alone."""
        for part in re.split(r"[,;\n\r^]", value):
            words = [word for word in _WORD.findall(part) if word]
            if len(words) > 1 or (words and not vocabulary().has(words[0])):
                self._add(words, words)
            for word in words:
                places = {form for form in variants(word) if form not in place_words()}
                self.alone |= {form for form in places if self._tells(word, form)}
        self._wide |= {word for word in self.alone if is_wide(word)}

    def _add(self, words: list[str], core: list[str]) -> None:
        group = len(self._cores)
        self._cores.append({variants_of for word in core for variants_of in (min(variants(word)),)})
        for word in words:
            for form in variants(word):
                self._groups.setdefault(form, set()).add(group)

    @staticmethod
    def _tells(word: str, form: str) -> bool:
        if is_wide(word):
            return len(form) >= (3 if _HIRAGANA.fullmatch(form) else 2)
        return len(form) >= SHORTEST and form not in vocabulary().words

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
        words = {form for unit in units for form in unit.forms if form not in _PARTICLES}
        telling = words - vocabulary().words
        needed = 2 if telling else len(core)
        return len(words) > 1 and len({min(variants(w)) for w in words} & core) >= max(needed, 2)


class Finder:
    """Finds the names of `Names`."""

    def __init__(self, names: Names, embedded: re.Pattern[str] | None, alone: tuple[str, ...]) -> None:
        self._names, self._embedded, self._alone = names, embedded, alone

    def spans(self, text: str) -> Iterator[Span]:
        """Where names stand, with what clings to them (``Smith's``, ``SMITH2``)."""
        units: list[Unit] = []
        certain: set[int] = set()
        for run in runs(text):
            whole = self._is_alone(run)
            for unit in [run] if whole else split(run):
                if whole or self._is_alone(unit):
                    certain.add(len(units))
                units.append(unit)
            if not whole:
                yield from self._inside(run)
        certain -= {place for place in certain if _in_phrase(units, place)}
        for first, last in self._chains(text, units, certain):
            yield units[first].start, _clinging(text, units[last].end)

    def _is_alone(self, unit: Unit) -> bool:
        return any(form in self._names.alone for form in unit.forms)

    def _inside(self, run: Unit) -> Iterator[Span]:
        """Names inside longer words: long ones, and any that a describing word follows or precedes."""
        short = len(run.written) <= SHORTEST and run.written.isascii()
        if short or vocabulary().has(run.written):
            return
        for form in run.forms:
            if self._embedded:
                for match in self._embedded.finditer(form):
                    yield _within(run, form, match.start(), match.end())
            if form.startswith(self._alone) or form.endswith(self._alone):
                for name in self._alone:
                    rest = len(form) - len(name)
                    if form.startswith(name) and form[len(name) :] in vocabulary().words:
                        yield _within(run, form, 0, len(name))
                    elif form.endswith(name) and form[:rest] in vocabulary().words:
                        yield _within(run, form, rest, len(form))

    def _chains(self, text: str, units: list[Unit], certain: set[int]) -> Iterator[tuple[int, int]]:
        """Neighbouring words of one name that hold a certain one, or are enough of a name together."""
        place = 0
        while place < len(units):
            shared = self._names.groups(units[place]) | (self._names.initial_of(units[place]))
            if not shared and place not in certain:
                place += 1
                continue
            last = place
            while last + 1 < len(units) and _BETWEEN.fullmatch(text, units[last].end, units[last + 1].start):
                following = units[last + 1]
                common = shared & (self._names.groups(following) | self._names.initial_of(following))
                if not common:
                    break
                shared, last = common, last + 1
            row = range(place, last + 1)
            words = [units[i] for i in row if self._names.groups(units[i])]
            if certain.intersection(row) or any(self._names.complete(group, words) for group in shared):
                yield place, last
            place = last + 1


def _glued(core: list[str]) -> set[str]:
    """``smithjohn``, ``jsmith``, ``smithj``, ``jpsmith``: four letters or more."""
    found = set()
    for count in (2, 3):
        for words in permutations(core[:5], count):
            found |= {"".join(forms) for forms in _product(words)}
    for word in core:
        others = [other for other in core if other is not word]
        for form in variants(word):
            for other in others:
                found |= {other[0].casefold() + form, form + other[0].casefold()}
            initials = "".join(other[0].casefold() for other in others)
            found |= {initials + form, form + initials}
    return {word for word in found if len(word) > SHORTEST or is_wide(word)}


def _product(words: Iterable[str]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [()]
    for word in words:
        rows = [(*row, form) for row in rows for form in sorted(variants(word))][:64]
    return rows


def _within(run: Unit, form: str, start: int, end: int) -> Span:
    if len(form) != len(run.written):
        return run.start, run.end
    return run.start + start, run.start + end


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
