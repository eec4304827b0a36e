"""What an action of the profile makes of one element (PS3.15 Annex E, table E.1-1a)."""

from dataclasses import dataclass
from typing import NamedTuple

from pydicom.datadict import keyword_for_tag as name_of
from pydicom.tag import BaseTag

from cleanroom.clean import icc
from cleanroom.clean.attribute_rule import AttributeRule
from cleanroom.clean.rules import ICC_PROFILE, Decisions
from cleanroom.clean.values import WORDY, Terms, Values, capped
from cleanroom.errors import SetAside
from cleanroom.header.charset import DEFAULT, decoded
from cleanroom.header.elements import Element, explicit_vr, is_broken, is_stored, stored, value_of
from cleanroom.header.legality import is_legal, same_kind

CHARACTER_SET = 0x00080005
_SHORT = {"CS", "DS", "IS", "AE"}
_EMPTY = b" \0\\^="
_LONGEST_TEXT = 1 << 22
"""Cleaning so many bytes takes half a minute."""


class Level(NamedTuple):
    """Where the walk is: one dataset inside a sequence."""

    parent: int
    signed: bool
    depth: int
    terms: Terms


@dataclass(frozen=True)
class Actions:
    """The actions of a profile on the elements of one object; sequences are walked elsewhere.

    Each gives the cleaned element, or None when it goes, and the letter of what was done.
    """

    decisions: Decisions
    values: Values
    patient_id: bytes

    def applied(
        self, element: Element, action: str | AttributeRule, vr: str, level: Level
    ) -> tuple[Element | None, str]:
        """Apply the action to an element of value representation ``vr``."""
        if isinstance(action, AttributeRule):
            return self._by_rule(element, action, vr, level)
        return self._value(element, action, vr, level)

    def _by_rule(
        self, element: Element, rule: AttributeRule, vr: str, level: Level
    ) -> tuple[Element | None, str]:
        new = self.made(rule, value_of(element, vr), vr, level.terms)
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

    def made(self, rule: AttributeRule, value: bytes, vr: str, terms: Terms) -> bytes | None:
        patient_id = decoded(self.patient_id, terms, "LO") or ""
        return self.values.by_rule(rule, value, vr, terms, patient_id.strip("\0 "))

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


def _put(element: Element, vr: str, value: bytes) -> Element:
    same = is_stored(element) and value == element.value
    return element if same else stored(element.tag, vr, value)
