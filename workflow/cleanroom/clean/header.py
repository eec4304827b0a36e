"""The cleaner: one walk over a header, every level of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydicom.datadict import keyword_for_tag as name_of
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.clean import codes, icc
from cleanroom.clean.attribute_rule import AttributeRule
from cleanroom.clean.private import PrivateRules, clean_private
from cleanroom.clean.rules import ICC_PROFILE, SET_ASIDE, SOP_CLASS, Decisions, Rules
from cleanroom.clean.values import WORDY, Terms, Values, capped
from cleanroom.errors import SetAside
from cleanroom.header import elements
from cleanroom.header.charset import DEFAULT, decoded, terms_of
from cleanroom.header.elements import (
    Element,
    Stored,
    explicit_vr,
    is_broken,
    is_signed,
    is_stored,
    items_of,
    stored,
    value_of,
)
from cleanroom.header.encoding import Encoding
from cleanroom.header.legality import is_legal, same_kind
from cleanroom.header.standard import standard_vr

CHARACTER_SET, PATIENT_ID = 0x00080005, 0x00100020
_SHORT = {"CS", "DS", "IS", "AE"}
_EMPTY = b" \0\\^="
_DEEPEST = 64
_REMEMBERED, _REMEMBERED_BLOCKS = 20_000, 500
_LONGEST_REMEMBERED = 1 << 18
_LONGEST_TEXT = 1 << 22
"""Cleaning so many bytes takes half a minute."""
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
    cleaner = _Cleaner(decisions, values, rules.private, rules.profile.dates, patient_id, memory)
    clean = cleaner.dataset(header, 0, False, DEFAULT)
    cleaner.insert(clean, terms_of(header))
    return clean, cleaner.counts


class Level(NamedTuple):
    """Where the walk is: one dataset inside a sequence."""

    parent: int
    signed: bool
    depth: int
    terms: Terms


class Done(NamedTuple):
    """What became of one element: its cleaned form, and the actions taken on it and in it."""

    element: Element | None
    actions: tuple[str, ...]


@dataclass
class _Cleaner:
    decisions: Decisions
    values: Values
    private: PrivateRules | None
    dates: str
    patient_id: bytes
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
        for rule in self.decisions.inserted:
            tag = rule.place[1]
            vr = standard_vr(tag)
            if tag not in clean and vr:
                clean[tag] = stored(tag, vr, self._made(rule, b"", vr, terms) or b"")

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
        action = "X" if vr is None else self.decisions.action(level.parent, tag)
        if action == SET_ASIDE:
            raise SetAside(
                f"the profile has no clean form for {tag} {name_of(tag)}",
                "leave it out of the delivery; if it is needed, a person reads it first",
            )
        if vr is None or action == "X":
            return None, "X"
        if tag in codes.VR:
            return None, "C"
        if isinstance(action, AttributeRule):
            return self._by_rule(element, action, vr, level)
        if vr == "SQ":
            return self.sequence(element, action, level), "K" if action == "V" else action
        return self._value(element, action, vr, level)

    def _by_rule(
        self, element: Element, rule: AttributeRule, vr: str, level: Level
    ) -> tuple[Element | None, str]:
        new = self._made(rule, value_of(element, vr), vr, level.terms)
        return self._given_up(element.tag, vr, level) if new is None else (stored(element.tag, vr, new), "D")

    def _value(self, element: Element, action: str, vr: str, level: Level) -> tuple[Element | None, str]:
        if action in ("K", "V"):
            return self._kept(element, vr, level, action == "V")
        if action == "C" and vr in WORDY:
            return self._text(element, vr, level, False)
        if action == "C" and element.tag == ICC_PROFILE:
            return self._profile(element, level)
        return self._replaced(element, action, vr, level), action

    def _profile(self, element: Element, level: Level) -> tuple[Element | None, str]:
        clean = icc.cleaned(value_of(element, "OB"))
        if clean is None and self.decisions.fallback(level.parent, element.tag) != "D":
            return self._given_up(element.tag, "OB", level)
        return stored(element.tag, "OB", clean or icc.srgb()), "C"

    def _replaced(self, element: Element, action: str, vr: str, level: Level) -> Element:
        tag = element.tag
        if action == "Z":
            return stored(tag, explicit_vr(element, vr, level.signed) if " or " in vr else vr, b"")
        short = vr[:2]
        original = value_of(element, short)
        if action == "U" or short == "UI":
            return stored(tag, short, self.values.uids(original))
        if action == "C":
            return stored(tag, short, self.values.moved(original, short))
        return stored(tag, short, self.values.dummy(short, original))

    def _made(self, rule: AttributeRule, value: bytes, vr: str, terms: Terms) -> bytes | None:
        patient_id = decoded(self.patient_id, terms, "LO") or ""
        return self.values.by_rule(rule, value, vr, terms, patient_id.strip("\0 "))

    def sequence(self, element: Element, action: str, level: Level) -> Element:
        """A sequence with its items cleaned."""
        items = [] if action == "Z" else items_of(element)
        clean = [
            self.dataset(item, element.tag, level.signed, level.terms, level.depth + 1) for item in items
        ]
        return stored(element.tag, "SQ", _EXPLICIT.items(clean))

    def _kept(self, element: Element, vr: str, level: Level, verbatim: bool) -> tuple[Element | None, str]:
        tag = element.tag
        if is_broken(element):
            raise SetAside(f"the file ends inside {tag} {name_of(tag)}, or its length is not one")
        actual = explicit_vr(element, vr, level.signed)
        value = b"" if actual == "SQ" else value_of(element, actual)
        if not (same_kind(actual, vr) and is_legal(actual, value)):
            return self._unlike(element, vr, value, level)
        if verbatim:
            return _put(element, actual, value), "K"
        if vr in WORDY:
            return self._text(element, vr, level, True)
        if vr in _SHORT and self.values.names_somebody(value):
            return self._given_up(tag, vr, level, somebody=True)
        return _put(element, actual, capped(value) if actual == "AS" else value), "K"

    def _text(self, element: Element, vr: str, level: Level, technical: bool) -> tuple[Element | None, str]:
        value = value_of(element, vr)
        if len(value) > _LONGEST_TEXT:
            reason = f"{element.tag} {name_of(element.tag)} holds more than {_LONGEST_TEXT >> 20} MB of text"
            raise SetAside(reason, f"`attributes:` of the profile can `remove` {name_of(element.tag)}")
        clean = self.values.text(value, vr, level.terms, technical) if is_legal(vr, value) else None
        if clean is None or (value.strip(_EMPTY) and not clean.strip(_EMPTY)):
            return self._given_up(element.tag, vr, level)
        return _put(element, explicit_vr(element, vr, level.signed), clean), "K" if technical else "C"

    def _unlike(self, element: Element, vr: str, value: bytes, level: Level) -> tuple[Element | None, str]:
        """A value that is not of its kind goes; a code string of other letters only if it identifies."""
        code = vr == "CS" and element.VR in ("CS", None) and element.tag != CHARACTER_SET
        if code and is_legal("LO", value) and self.values.text(value, "LO", DEFAULT) == value:
            return _put(element, vr, value), "K"
        return self._given_up(element.tag, vr, level)

    def _given_up(
        self, tag: BaseTag, vr: str, level: Level, somebody: bool = False
    ) -> tuple[Element | None, str]:
        """Take a value away; where the object must have a number, ``somebody``'s number becomes 0."""
        action = "X" if tag == CHARACTER_SET else self.decisions.fallback(level.parent, tag)
        if action == "D" and vr not in WORDY and not somebody:
            reason = f"the value of {tag} {name_of(tag)} is not a {vr}, and the object must have one"
            raise SetAside(reason)
        if action == "X":
            return None, "X"
        return stored(tag, vr[:2], b"" if action == "Z" else self.values.dummy(vr, b"")), action


def _key(element: Element) -> Any:
    """All that decides what becomes of a stored element; not where it lies in the file."""
    if type(element) is not RawDataElement or element.length > _LONGEST_REMEMBERED:
        return None
    return *element[:4], *element[5:7]


def _put(element: Element, vr: str, value: bytes) -> Element:
    same = is_stored(element) and value == element.value
    return element if same else stored(element.tag, vr, value)


class _Walk:
    """What private elements may ask of the walk, at one level of it."""

    def __init__(self, cleaner: _Cleaner, level: Level) -> None:
        self._cleaner = cleaner
        self._level = level
        self.uids = cleaner.values.uids

    def text(self, value: bytes, vr: str) -> bytes | None:
        return self._cleaner.values.text(value, vr, self._level.terms)

    def names_somebody(self, value: bytes) -> bool:
        return self._cleaner.values.speaks(value)

    def moved(self, value: bytes, vr: str) -> bytes:
        if self._cleaner.dates == "removed":
            return b""
        return value if self._cleaner.dates == "kept" else self._cleaner.values.moved(value, vr)

    def sequence(self, element: Element) -> Element:
        return self._cleaner.sequence(element, "K", self._level)
