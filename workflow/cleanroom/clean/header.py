"""The cleaner: one walk over a header, every level of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from pydicom.datadict import keyword_for_tag as name_of
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cleanroom.clean import codes
from cleanroom.clean.attribute_rule import AttributeRule
from cleanroom.clean.private import PrivateRules, clean_private
from cleanroom.clean.rules import SET_ASIDE, SOP_CLASS, Decisions, Rules
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
from cleanroom.header.legality import is_legal, same_kind
from cleanroom.header.standard import standard_vr

CHARACTER_SET, PATIENT_ID = 0x00080005, 0x00100020
_SHORT = {"CS", "DS", "IS", "AE"}
_EMPTY = b" \0\\^="
_DEEPEST = 64
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
    profile = rules.profile
    private = PrivateRules(profile.private_creators) if profile.private == "safe" else None
    patient_id = value_of(header.get_item(PATIENT_ID), "LO") if PATIENT_ID in header else b""
    cleaner = _Cleaner(rules.decisions(header), values, private, profile.dates, patient_id)
    clean = cleaner.dataset(header, 0, False, DEFAULT)
    cleaner.insert(clean, terms_of(header))
    return clean, cleaner.counts


class Level(NamedTuple):
    """Where the walk is: one dataset inside a sequence, and its cleaned copy."""

    parent: int
    signed: bool
    depth: int
    terms: Terms
    target: Stored


@dataclass
class _Cleaner:
    decisions: Decisions
    values: Values
    private: PrivateRules | None
    dates: str
    patient_id: bytes
    counts: Counter[str] = field(default_factory=Counter)

    def dataset(self, source: Dataset, parent: int, signed: bool, terms: Terms, depth: int = 0) -> Dataset:
        if depth > _DEEPEST:
            raise SetAside(f"its sequences are nested deeper than {_DEEPEST} levels")
        level = Level(parent, is_signed(source, signed), depth, terms_of(source, terms), {})
        private = False
        for tag, element in source.items():
            group = tag >> 16
            if group & 1:
                private = True
                self.counts["X"] += 1
                continue
            vr = None if group <= _LAST_COMMAND_GROUP else standard_vr(tag)
            action = "X" if vr is None else self.decisions.action(parent, tag)
            if isinstance(action, AttributeRule):
                self._by_rule(element, action, vr or "", level)
                continue
            if action == SET_ASIDE:
                raise SetAside(
                    f"the profile has no clean form for {tag} {name_of(tag)}",
                    "leave it out of the delivery; if it is needed, a person reads it first",
                )
            self.counts["K" if action == "V" else action] += 1
            if action != "X" and vr is not None:
                self._element(element, action, vr, level)
        if private and self.private:
            self._private(source, self.private, level)
        codes.clean_code(source, level.target)
        return elements.dataset(level.target)

    def insert(self, clean: Dataset, terms: Terms) -> None:
        """Add the attributes that the profile sets and the object lacks."""
        for rule in self.decisions.inserted:
            tag = rule.place[1]
            vr = standard_vr(tag)
            if tag not in clean and vr:
                clean[tag] = stored(tag, vr, self._made(rule, b"", vr, terms) or b"")

    def _private(self, source: Dataset, rules: PrivateRules, level: Level) -> None:
        kept = clean_private(source, rules, _Walk(self, level))
        level.target.update(kept)
        self.counts["X"] -= len(kept)
        self.counts["K"] += len(kept)

    def _element(self, element: Element, action: str, vr: str, level: Level) -> None:
        tag = element.tag
        if vr == "SQ":
            self.sequence(element, action, level)
        elif action in ("K", "V"):
            self._keep(element, vr, level, action == "V")
        elif action == "Z":
            level.target[tag] = stored(
                tag, explicit_vr(element, vr, level.signed) if " or " in vr else vr, b""
            )
        elif action == "C" and vr in WORDY:
            self._text(element, vr, level, False)
        elif tag not in codes.VR:
            level.target[tag] = stored(tag, vr[:2], self._replaced(element, action, vr[:2]))

    def _replaced(self, element: Element, action: str, vr: str) -> bytes:
        original = value_of(element, vr)
        if action == "U" or vr == "UI":
            return self.values.uids(original)
        if action == "C":
            return self.values.moved(original, vr)
        return self.values.dummy(vr, original)

    def _by_rule(self, element: Element, rule: AttributeRule, vr: str, level: Level) -> None:
        new = self._made(rule, value_of(element, vr), vr, level.terms)
        if new is None:
            self._give_up(element.tag, vr, level)
            return
        self.counts["D"] += 1
        level.target[element.tag] = stored(element.tag, vr, new)

    def _made(self, rule: AttributeRule, value: bytes, vr: str, terms: Terms) -> bytes | None:
        patient_id = decoded(self.patient_id, terms, "LO") or ""
        return self.values.by_rule(rule, value, vr, terms, patient_id.strip("\0 "))

    def sequence(self, element: Element, action: str, level: Level) -> None:
        """Clean the items of a sequence."""
        items = [] if action == "Z" else items_of(element)
        clean = [
            self.dataset(item, element.tag, level.signed, level.terms, level.depth + 1) for item in items
        ]
        level.target[element.tag] = elements.sequence(element.tag, clean)

    def _keep(self, element: Element, vr: str, level: Level, verbatim: bool) -> None:
        tag = element.tag
        if is_broken(element):
            raise SetAside(f"the file ends inside {tag} {name_of(tag)}, or its length is not one")
        actual = explicit_vr(element, vr, level.signed)
        value = b"" if actual == "SQ" else value_of(element, actual)
        legal = same_kind(actual, vr) and is_legal(actual, value)
        if legal and vr in WORDY and not verbatim:
            self._text(element, vr, level, True)
        elif legal and (verbatim or not (vr in _SHORT and self.values.names_somebody(value))):
            self._put(element, actual, capped(value) if actual == "AS" else value, level)
        else:
            self._give_up(tag, vr, level)

    def _text(self, element: Element, vr: str, level: Level, technical: bool) -> None:
        value = value_of(element, vr)
        clean = self.values.text(value, vr, level.terms, technical) if is_legal(vr, value) else None
        if clean is None or (value.strip(_EMPTY) and not clean.strip(_EMPTY)):
            self._give_up(element.tag, vr, level)
        else:
            self._put(element, explicit_vr(element, vr, level.signed), clean, level)

    def _put(self, element: Element, vr: str, value: bytes, level: Level) -> None:
        same = is_stored(element) and value == element.value
        level.target[element.tag] = element if same else stored(element.tag, vr, value)

    def _give_up(self, tag: BaseTag, vr: str, level: Level) -> None:
        action = "X" if tag == CHARACTER_SET else self.decisions.fallback(level.parent, tag)
        self.counts["K"] -= 1
        self.counts[action] += 1
        if action == "D" and vr not in WORDY:
            reason = f"the value of {tag} {name_of(tag)} is not a {vr}, and the object must have one"
            raise SetAside(reason)
        if action != "X":
            level.target[tag] = stored(tag, vr[:2], b"" if action == "Z" else self.values.dummy(vr, b""))


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
        level = self._level._replace(target={})
        self._cleaner.sequence(element, "K", level)
        return level.target[element.tag]
