"""The cleaner: one walk over a header, every level of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from pydicom.datadict import keyword_for_tag as name_of
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cleanroom.clean import codes, elements, icc
from cleanroom.clean.dates import shifted_date, shifted_datetime
from cleanroom.clean.dummies import dummy
from cleanroom.clean.elements import (
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
from cleanroom.clean.legality import is_legal, same_kind
from cleanroom.clean.rules import ICC_PROFILE, SET_ASIDE, Rules, standard_vr
from cleanroom.clean.words import identifying_words, repeats
from cleanroom.errors import SetAside
from cleanroom.identity import Identity

SOP_CLASS = 0x00080016
CHARACTER_SET = 0x00080005
_FREE_TEXT = {"LO", "LT", "SH", "ST", "UC", "UR", "UT"}
_DEEPEST = 64
_LAST_COMMAND_GROUP = 0x0007


def clean_header(
    header: Dataset, rules: Rules, identity: Identity, patient: str
) -> tuple[Dataset, Counter[str]]:
    """A cleaned copy of a header (PS3.15 Annex E).

    Elements that no rule touches keep their stored bytes; they are never decoded. File meta information and
    the marks of de-identification are added by `cleanroom.clean.meta` and `cleanroom.clean.marks`.

    Parameters
    ----------
    header
        A dataset as `pydicom.dcmread` reads it, in any transfer syntax. It stays as it is.
    rules
        The rules of the profile.
    identity
        UIDs and date shifts.
    patient
        The patient's pseudonym.

    Returns
    -------
    Dataset
        Stored elements in Explicit VR Little Endian.
    Counter
        Action letter → number of elements.

    Raises
    ------
    SetAside
        When a value that the object must have cannot be read, or the profile gives up such objects.
    """
    if SOP_CLASS not in header:
        raise SetAside("it has no SOP Class UID: not a DICOM instance")
    sop_class = value_of(header.get_item(SOP_CLASS), "UI").strip(b" \0").decode("latin-1")
    cleaner = _Cleaner(
        rules, identity, patient, sop_class, identity.date_shift_days(patient), identifying_words(header)
    )
    return cleaner.dataset(header, 0, False), cleaner.counts


class _Level(NamedTuple):
    """Where the walk is: one dataset inside a sequence, and its cleaned copy."""

    parent: int
    signed: bool
    depth: int
    target: Stored


@dataclass
class _Cleaner:
    rules: Rules
    identity: Identity
    patient: str
    sop_class: str
    days: int
    words: frozenset[bytes]
    character_set: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def dataset(self, source: Dataset, parent: int, signed: bool, depth: int = 0) -> Dataset:
        if depth > _DEEPEST:
            raise SetAside(f"its sequences are nested deeper than {_DEEPEST} levels")
        level = _Level(parent, is_signed(source, signed), depth, {})
        for tag, element in source.items():
            group = tag >> 16
            vr = None if group & 1 or group <= _LAST_COMMAND_GROUP else standard_vr(tag)
            action = "X" if vr is None else self.rules.action(self.sop_class, parent, tag)
            if action == SET_ASIDE:
                raise SetAside(
                    f"the profile has no clean form for {tag} {name_of(tag)}",
                    "leave it out of the delivery; if it is needed, a person reads it first",
                )
            self.counts[action] += 1
            if action != "X" and vr is not None:
                self._element(element, action, vr, level)
        codes.clean_code(source, level.target)
        return elements.dataset(level.target)

    def _element(self, element: Element, action: str, vr: str, level: _Level) -> None:
        tag = element.tag
        if vr == "SQ":
            self._sequence(element, action, level)
        elif action == "K":
            self._keep(element, vr, level)
        elif action == "Z":
            level.target[tag] = stored(
                tag, explicit_vr(element, vr, level.signed) if " or " in vr else vr, b""
            )
        elif tag == ICC_PROFILE and action == "C":
            self._profile(element, level)
        elif tag not in codes.VR:
            level.target[tag] = stored(tag, vr, self._replaced(element, action, vr))

    def _replaced(self, element: Element, action: str, vr: str) -> bytes:
        original = value_of(element, vr)
        if action == "U" or vr == "UI":
            return self._uids(original)
        if action == "C":
            shift = shifted_date if vr == "DA" else shifted_datetime
            return shift(original.decode("latin-1"), self.days).encode()
        if element.tag in self.rules.dummies:
            return self.rules.dummies[element.tag].format(patient=self.patient).encode()
        return dummy(vr, original, self.days)

    def _profile(self, element: Element, level: _Level) -> None:
        profile = icc.cleaned(value_of(element, "OB"))
        if profile is None:
            action = self.rules.fallback(self.sop_class, level.parent, element.tag)
            self.counts["C"] -= 1
            self.counts[action] += 1
            profile = icc.srgb() if action == "D" else None
        if profile is not None:
            level.target[element.tag] = stored(element.tag, "OB", profile)

    def _uids(self, original: bytes) -> bytes:
        return "\\".join(map(self.identity.uid, original.decode("latin-1").split("\\"))).encode()

    def _sequence(self, element: Element, action: str, level: _Level) -> None:
        items = [] if action == "Z" else items_of(element)
        clean = [self.dataset(item, element.tag, level.signed, level.depth + 1) for item in items]
        level.target[element.tag] = elements.sequence(element.tag, clean)

    def _keep(self, element: Element, vr: str, level: _Level) -> None:
        tag = element.tag
        if is_broken(element):
            raise SetAside(f"the file ends inside {tag} {name_of(tag)}, or its length is not one")
        actual = explicit_vr(element, vr, level.signed)
        value = b"" if actual == "SQ" else value_of(element, actual)
        legal = same_kind(actual, vr) and is_legal(actual, value)
        if legal and not (vr in _FREE_TEXT and self._speaks(value)):
            level.target[tag] = element if is_stored(element) else stored(tag, actual, value)
            self.character_set |= tag == CHARACTER_SET
        else:
            self._give_up(tag, vr, level)

    def _speaks(self, value: bytes) -> bool:
        """Whether a reviewed technical text says more than it should, or cannot be read."""
        return repeats(value, self.words) or not (self.character_set or value.isascii())

    def _give_up(self, tag: BaseTag, vr: str, level: _Level) -> None:
        action = "X" if tag == CHARACTER_SET else self.rules.fallback(self.sop_class, level.parent, tag)
        self.counts["K"] -= 1
        self.counts[action] += 1
        if action == "D" and vr not in _FREE_TEXT:
            reason = f"the value of {tag} {name_of(tag)} is not a {vr}, and the object must have one"
            raise SetAside(reason)
        if action != "X":
            level.target[tag] = stored(tag, vr[:2], b"" if action == "Z" else dummy(vr, b"", self.days))
