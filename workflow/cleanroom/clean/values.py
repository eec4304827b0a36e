"""New values for old ones: texts, dates, UIDs, and what a profile's own rules say."""

import re
from typing import Any

from cleanroom.clean.attribute_rule import AttributeRule
from cleanroom.clean.dates import shifted_date, shifted_datetime
from cleanroom.clean.dummies import dummy
from cleanroom.clean.text import TextCleaner
from cleanroom.errors import SetAside
from cleanroom.header.charset import decoded, encoded
from cleanroom.header.legality import is_legal
from cleanroom.identity import Identity

Terms = tuple[str, ...]
"""Specific Character Set."""
WHOLE = {"LT", "ST", "UT", "UR"}
"""Text representations in which a backslash is a letter like any other."""
WORDY = {"LO", "SH", "UC", "PN", *WHOLE}
_REMEMBERED = 1 << 16
_HASHED = 16
_NUMBERS = re.compile(r"[\d+.\-eE \\]*")
_PRINTED = re.compile(r"[^\x00-\x1f\x7f]{4,}")


class Values:
    """Makes the values of one patient's cleaned headers.

    Parameters
    ----------
    identity
        UIDs, date shifts and hashes.
    patient
        The patient's pseudonym.
    text
        Knows what identifies in the patient's studies.
    """

    def __init__(self, identity: Identity, patient: str, text: TextCleaner) -> None:
        self.identity = identity
        self.patient = patient
        self.days = identity.date_shift_days(patient)
        self._text = text
        self.memory: dict[Any, Any] = {}
        """What the walk remembers of earlier headers of this patient."""
        self._texts: dict[tuple[bytes, str, Terms, bool], bytes | None] = {}
        self._named: dict[bytes, bool] = {}

    def uids(self, value: bytes) -> bytes:
        """Every UID mapped with the key."""
        return "\\".join(map(self.identity.uid, value.decode("latin-1").split("\\"))).encode()

    def moved(self, value: bytes, vr: str) -> bytes:
        """A date moved by the patient's days; times of day stay."""
        if vr == "TM":
            return value
        shift = shifted_date if vr == "DA" else shifted_datetime
        return shift(value.decode("latin-1"), self.days).encode()

    def text(self, value: bytes, vr: str, terms: Terms, technical: bool = False) -> bytes | None:
        """Free text without what identifies; None when it cannot be read.

        Parameters
        ----------
        technical
            A reviewed technical attribute: only the study's own identities go.
        """
        place = (value, vr, terms, technical)
        if place not in self._texts:
            if len(self._texts) > _REMEMBERED:
                self._texts.clear()
            self._texts[place] = self._cleaned(*place)
        return self._texts[place]

    def _cleaned(self, value: bytes, vr: str, terms: Terms, technical: bool) -> bytes | None:
        text = decoded(value, terms, vr)
        if text is None:
            return None
        text = text.rstrip("\0 ")
        parts = [text] if vr in WHOLE else text.split("\\")
        clean = [self._text.cleaned(part, technical) for part in parts]
        return value if clean == parts else encoded("\\".join(clean), terms, vr)

    def names_somebody(self, value: bytes) -> bool:
        """Whether a short value (a code string, a number) is one of the study's identities."""
        found = self._named.get(value)
        if found is None:
            if len(self._named) > _REMEMBERED:
                self._named.clear()
            text = value.decode("latin-1").strip("\0 ")
            if _NUMBERS.fullmatch(text) and not self._text.may_name_somebody(text):
                return False
            parts = text.split("\\")
            found = self._named[value] = any(self._text.names_somebody(part.strip()) for part in parts)
        return found

    def speaks(self, value: bytes) -> bool:
        """Whether bytes of any kind hold text with one of the study's identities."""
        texts = [value.decode("latin-1"), *(value[start:].decode("utf-16-le", "ignore") for start in (0, 1))]
        runs = (run for text in texts for run in _PRINTED.findall(text))
        return any(self._text.cleaned(run, technical=True) != run for run in runs)

    def dummy(self, vr: str, original: bytes) -> bytes:
        """A dummy of this value representation."""
        return dummy(vr, original, self.days)

    def by_rule(
        self, rule: AttributeRule, value: bytes, vr: str, terms: Terms, patient_id: str
    ) -> bytes | None:
        """What a rule of the profile makes of a value; None when it cannot be made.

        Parameters
        ----------
        patient_id
            The original Patient ID, for values that the profile looks up in a CSV file.

        Raises
        ------
        SetAside
            When the rule's value is none for this value representation.
        """
        if rule.action == "value":
            new: str | None = rule.value.format(patient=self.patient)
        elif rule.action == "csv" and rule.csv:
            new = rule.csv.table().get(patient_id)
        else:
            old = decoded(value, terms, vr)
            new = None if old is None else self._made(rule, old.rstrip("\0 "))
        if new is None:
            return None
        made = encoded(new, terms, vr)
        if not is_legal(vr, made):
            reason = f"the profile's value for {rule.attribute} is not a {vr}"
            raise SetAside(reason, f"mend `attributes: {rule.attribute}` of the profile")
        return made

    def _made(self, rule: AttributeRule, old: str) -> str:
        if rule.action == "hash":
            digest = self.identity.digest(f"hash:{rule.attribute}", old).hex()
            return digest[:_HASHED].upper() if old else ""
        return rule.compiled.sub(rule.replacement, old)


_AGE = re.compile(rb"(\d{3})Y")
_OLDEST = 90


def capped(value: bytes) -> bytes:
    """Ages over 89 years become 90 (45 CFR 164.514(b)(2)(i)(C))."""
    return _AGE.sub(lambda age: b"%03dY" % min(int(age[1]), _OLDEST), value)
