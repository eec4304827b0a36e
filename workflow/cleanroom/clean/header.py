"""The cleaner: one walk over a header, every level of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydicom.datadict import keyword_for_tag as name_of
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.clean import codes
from cleanroom.clean.actions import Actions, Level
from cleanroom.clean.private import PrivateRules, clean_private
from cleanroom.clean.rules import SET_ASIDE, SOP_CLASS, Rules
from cleanroom.clean.values import Terms, Values
from cleanroom.errors import SetAside
from cleanroom.header import elements
from cleanroom.header.charset import DEFAULT, terms_of
from cleanroom.header.elements import Element, Stored, is_signed, items_of, stored, value_of
from cleanroom.header.encoding import Encoding
from cleanroom.header.standard import standard_vr

PATIENT_ID = 0x00100020
_DEEPEST = 64
_REMEMBERED, _REMEMBERED_BLOCKS = 20_000, 500
_LONGEST_REMEMBERED = 1 << 18
_EXPLICIT = Encoding(ExplicitVRLittleEndian)
_LAST_COMMAND_GROUP = 0x0007


def clean_header(header: Dataset, rules: Rules, values: Values) -> tuple[Dataset, Counter[str]]:
    """A cleaned copy of a header (PS3.15 Annex E).

    Elements that no rule touches keep their stored bytes; they are never decoded. File meta information and
    the marks of de-identification are added by `cleanroom.clean.meta` and `cleanroom.clean.marks`.

    Parameters
    ----------
    header
        A dataset as `pydicom.dcmread` reads it, in any transfer syntax. It stays as it is.
    rules
        The rules of the profile.
    values
        Makes the new values.

    Returns
    -------
    Dataset
        Stored elements in Explicit VR Little Endian.
    Counter
        Action letter → number of elements.

    Raises
    ------
    SetAside
        When a value that the object must have cannot be read, its character set is none of the standard, or
        the profile gives up such objects.
    """
    if SOP_CLASS not in header:
        raise SetAside("it has no SOP Class UID: not a DICOM instance")
    decisions = rules.decisions(header)
    patient_id = value_of(header.get_item(PATIENT_ID), "LO") if PATIENT_ID in header else b""
    memory = values.memory.setdefault((decisions, patient_id), {})
    cleaner = _Cleaner(Actions(decisions, values, patient_id), rules.private, rules.profile.dates, memory)
    clean = cleaner.dataset(header, 0, False, DEFAULT)
    cleaner.insert(clean, terms_of(header))
    return clean, cleaner.counts


class Done(NamedTuple):
    """What became of one element: its cleaned form, and the actions taken on it and in it."""

    element: Element | None
    actions: tuple[str, ...]


@dataclass
class _Cleaner:
    actions: Actions
    private: PrivateRules | None
    dates: str
    memory: dict[Any, dict[Any, Any]]
    counts: Counter[str] = field(default_factory=Counter)

    def dataset(self, source: Dataset, parent: int, signed: bool, terms: Terms, depth: int = 0) -> Dataset:
        if depth > _DEEPEST:
            raise SetAside(f"its sequences are nested deeper than {_DEEPEST} levels")
        level = Level(parent, is_signed(source, signed), depth, terms_of(source, terms))
        target: Stored = {}
        private: list[Element] = []
        actions: list[str] = []
        known = self._known(level)
        for tag, element in source.items():
            if tag >> 16 & 1:
                private.append(element)
                continue
            key = _key(element)
            done = known.get(key) if key else None
            if done is None:
                done = self._done(element, level)
                if key:
                    known[key] = done
            if done.element is not None:
                target[tag] = done.element
            actions += done.actions
        self.counts.update(actions)
        if private:
            self._private(source, private, target, level)
        codes.clean_code(source, target)
        return elements.dataset(target)

    def insert(self, clean: Dataset, terms: Terms) -> None:
        """Add the attributes that the profile sets and the object lacks."""
        for rule in self.actions.decisions.inserted:
            tag = rule.place[1]
            vr = standard_vr(tag)
            if tag not in clean and vr:
                clean[tag] = stored(tag, vr, self.actions.made(rule, b"", vr, terms) or b"")

    def _known(self, level: Level) -> dict[Any, Done]:
        """What became of the elements of earlier instances, which mostly repeat."""
        known = self.memory.setdefault(level, {})
        if len(known) > _REMEMBERED:
            known.clear()
        return known

    def _private(self, source: Dataset, private: list[Element], target: Stored, level: Level) -> None:
        kept: Stored = {}
        if self.private:
            known = self.memory.setdefault(("private", level), {})
            key = tuple(map(_key, private))
            found = None if None in key else known.get(key)
            if found is None:
                if len(known) > _REMEMBERED_BLOCKS:
                    known.clear()
                found = clean_private(source, self.private, _Walk(self, level))
                if None not in key:
                    known[key] = found
            kept = found
        target.update(kept)
        self.counts["K"] += len(kept)
        self.counts["X"] += len(private) - len(kept)

    def _done(self, element: Element, level: Level) -> Done:
        outer, self.counts = self.counts, Counter()
        try:
            clean, letter = self._element(element, level)
            return Done(clean, (letter, *self.counts.elements()))
        finally:
            self.counts = outer

    def _element(self, element: Element, level: Level) -> tuple[Element | None, str]:
        tag = element.tag
        vr = None if tag >> 16 <= _LAST_COMMAND_GROUP else standard_vr(tag)
        action = "X" if vr is None else self.actions.decisions.action(level.parent, tag)
        if action == SET_ASIDE:
            raise SetAside(
                f"the profile has no clean form for {tag} {name_of(tag)}",
                "leave it out of the delivery; if it is needed, a person reads it first",
            )
        if vr is None or action == "X":
            return None, "X"
        if tag in codes.VR:
            return None, "C"
        if vr == "SQ" and isinstance(action, str):
            return self.sequence(element, action, level), "K" if action == "V" else action
        return self.actions.applied(element, action, vr, level)

    def sequence(self, element: Element, action: str, level: Level) -> Element:
        """A sequence with its items cleaned."""
        items = [] if action == "Z" else items_of(element)
        clean = [
            self.dataset(item, element.tag, level.signed, level.terms, level.depth + 1) for item in items
        ]
        return stored(element.tag, "SQ", _EXPLICIT.items(clean))


def _key(element: Element) -> Any:
    """All that decides what becomes of a stored element; not where it lies in the file."""
    if type(element) is not RawDataElement or element.length > _LONGEST_REMEMBERED:
        return None
    return *element[:4], *element[5:7]


class _Walk:
    """What private elements may ask of the walk, at one level of it."""

    def __init__(self, cleaner: _Cleaner, level: Level) -> None:
        self._cleaner = cleaner
        self._level = level
        self.uids = cleaner.actions.values.uids

    def text(self, value: bytes, vr: str) -> bytes | None:
        return self._cleaner.actions.values.text(value, vr, self._level.terms)

    def names_somebody(self, value: bytes) -> bool:
        return self._cleaner.actions.values.speaks(value)

    def moved(self, value: bytes, vr: str) -> bytes:
        if self._cleaner.dates == "removed":
            return b""
        return value if self._cleaner.dates == "kept" else self._cleaner.actions.values.moved(value, vr)

    def sequence(self, element: Element) -> Element:
        return self._cleaner.sequence(element, "K", self._level)
