"""Values are planted one at a time, and each adds its rows to the key."""

import datetime
from dataclasses import dataclass, field
from random import Random

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset

from exam.key import Check, Key
from exam.patients import Patient
from exam.places import Attribute, is_certain
from exam.words import LIMITS, Phrase, phrase

ROOT = "1.2.826.0.1.3680043.8.498.2026"
FIRST_DAY = datetime.date(2001, 1, 1)


@dataclass
class Planter:
    """Plants in one file.

    Attributes
    ----------
    known_uids : list of str
        UIDs of other instances, to be referred to.
    taken : set of str
        Places that have rows.
    """

    dataset: FileDataset
    file: str
    instance: str
    patient: Patient
    day: datetime.date
    random: Random
    known_uids: list[str]
    key: Key
    taken: set[str] = field(default_factory=set)

    def check(self, place: str, kind: str, value: str, rule: str = "", note: str = "") -> None:
        """Add a row to the key."""
        self.taken.add(place)
        self.key.checks.append(Check(self.file, self.instance, place, kind, value, rule, note))

    def attribute(self, item: Dataset, before: str, attribute: Attribute) -> None:
        """Plant one attribute in ``item``, which stands at ``before``, unless that was done."""
        place = f"{before}{attribute.tag:08X}"
        if place in self.taken:
            return
        plant = {
            "PN": self._name, "DA": self._date, "DT": self._date, "TM": self._time, "UI": self._uid,
            "IS": self._number, "DS": self._number, "AE": self._title,
        }.get(attribute.vr, self.text)  # fmt: skip
        plant(item, place, attribute)

    def text(self, item: Dataset, place: str, attribute: Attribute) -> None:
        """Describing words with an identity; a plain value where the option retains it."""
        if attribute.fate == "keep":
            value = f"UNIT-{self.random.randrange(100, 1000)}B"
            if is_certain(place):
                self.check(place, "text retained", value, "equal")
            put(item, attribute, value)
            return
        if attribute.keyword == "PatientID":
            put(item, attribute, self.patient.id)
            self.check(place, "text removed", self.patient.id, "token")
            return
        made = phrase(self.random, self.patient, self.modality, LIMITS[attribute.vr], self.day)
        put(item, attribute, made.text)
        self.phrase_checks(place, made, attribute)

    def phrase_checks(self, place: str, made: Phrase, attribute: Attribute) -> None:
        """The rows of a phrase: identities gone, words kept or, where the code says so, gone too."""
        note = "" if made.in_header else "text only"
        for token in made.identities:
            self.check(place, "text removed", token, "token", note)
        if attribute.fate == "gone":
            self.check(place, "text removed", made.text, "token")
        elif attribute.describes and made.words and is_certain(place):
            for word in made.words:
                self.check(place, "text retained", word, "word", note)
            self.check(place, "text not null", "")

    @property
    def modality(self) -> str:
        """The file's modality."""
        return str(self.dataset.get("Modality") or "")

    def _name(self, item: Dataset, place: str, attribute: Attribute) -> None:
        family, given = self.patient.physician.split("^")
        mine = self.random.random() < 0.5
        put(item, attribute, self.patient.name if mine else self.patient.physician)
        for token in self.patient.sure if mine else (family, given):
            self.check(place, "text removed", token, "token")

    def _date(self, item: Dataset, place: str, attribute: Attribute) -> None:
        day = FIRST_DAY + datetime.timedelta(self.random.randrange(7000))
        value = f"{day:%Y%m%d}"
        if attribute.vr == "DT":
            value += self._clock()
        put(item, attribute, value)
        if attribute.fate == "shift" and is_certain(place):
            self.check(place, "date shifted", value)
        else:
            self.check(place, "text removed", f"{day:%Y%m%d}", "token")

    def _time(self, item: Dataset, place: str, attribute: Attribute) -> None:
        value = self._clock()
        put(item, attribute, value)
        if is_certain(place):
            self.check(place, "text retained", value, "equal")

    def _clock(self) -> str:
        hour, minute = self.random.randrange(24), self.random.randrange(60)
        return f"{hour:02d}{minute:02d}15.{self.random.randrange(10**6):06d}"

    def _uid(self, item: Dataset, place: str, attribute: Attribute) -> None:
        if attribute.keyword in item:
            return
        uid = f"{ROOT}.{self.random.randrange(1, 400)}.{self.random.randrange(1, 3)}"
        if self.random.random() < 0.5:
            uid = self.random.choice(self.known_uids)
        put(item, attribute, uid)
        self.uid_checks(place, uid, attribute)

    def uid_checks(self, place: str, uid: str, attribute: Attribute) -> None:
        """The rows of a UID."""
        if attribute.fate == "keep":
            if is_certain(place):
                self.check(place, "text retained", uid, "equal")
            return
        stays = attribute.fate == "uid" and is_certain(place)
        self.check(place, "uid changed", uid, "new" if stays else "absent")
        if stays:
            self.check(place, "uid consistent", uid)
        self.key.strings.append((uid, "ascii"))

    def _number(self, item: Dataset, place: str, attribute: Attribute) -> None:
        if attribute.keyword in item:
            return
        put(item, attribute, str(self.patient.number))
        self.check(place, "text removed", str(self.patient.number), "token")

    def _title(self, item: Dataset, place: str, attribute: Attribute) -> None:
        value = self.patient.hospital.upper()[:14] + "CT"
        put(item, attribute, value)
        self.check(place, "text removed", value, "token")


def put(item: Dataset, attribute: Attribute, value: object) -> None:
    """Set a value as it is."""
    item[attribute.tag] = DataElement(attribute.tag, attribute.vr, value, validation_mode=0)
