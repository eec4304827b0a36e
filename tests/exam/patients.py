"""Twenty invented patients, with everything a hospital writes about them."""

import csv
import datetime
import unicodedata
from dataclasses import dataclass
from pathlib import Path

CODECS = {
    "": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 126": "iso8859_7",
    "\\ISO 2022 IR 87": "iso2022_jp",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
}
"""Specific Character Set → Python's name for it."""
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@dataclass(frozen=True)
class Identity:
    """A string that identifies.

    Attributes
    ----------
    text : str
        As it is typed.
    sure : tuple of str
        Its parts that must not come out; the others are ordinary words (Street, General).
    in_header : bool
        Whether a listed attribute of the same file says it too.
    """

    text: str
    sure: tuple[str, ...]
    in_header: bool = True


@dataclass(frozen=True)
class Patient:
    """One invented patient."""

    charset: str
    name: str
    sure: tuple[str, ...]
    latin: tuple[str, ...]
    id: str
    number: int
    birth: datetime.date
    sex: str
    town: str
    hospital: str
    physician: str
    stranger: str

    @property
    def codec(self) -> str:
        """Python's name of the character set."""
        return CODECS[self.charset]

    @property
    def address(self) -> Identity:
        """Where the patient lives."""
        street = f"{self.town[:-3]}gate"
        return Identity(f"{self.number % 97} {street} Street, {self.town}", (street, self.town))

    @property
    def phone(self) -> Identity:
        """The patient's telephone."""
        last = f"96{self.number % 10000:04d}"
        return Identity(f"+44 1632 {last}", (last,))

    @property
    def institution(self) -> Identity:
        """The hospital."""
        return Identity(f"{self.hospital} General Hospital", (self.hospital,))

    @property
    def accession(self) -> str:
        """The stem of the accession numbers."""
        return f"A{self.number % 1000003:07d}"

    def spellings(self) -> list[Identity]:
        """The name as people type it."""
        first = self.name.split("=")[0].split("^")
        family, given = first[0], first[1]
        caret = f"{family}^{given}"
        texts = [caret.upper(), f"{given} {family}", f"{family}, {given}", f"{given} {family}".lower()]
        found = [Identity(text, tuple(part for part in self.sure if _holds(text, part))) for text in texts]
        found += [
            Identity(f"{latin.split()[-1]}, {latin.split()[0]}", tuple(latin.split()), False)
            for latin in self.latin
        ]
        found.append(Identity(family, tuple(part for part in self.sure if _holds(family, part))))
        found += [
            Identity(group.replace("^", ""), tuple(group.split("^"))) for group in self.name.split("=")[1:]
        ]
        return [item for item in found if item.sure]

    def others(self) -> list[Identity]:
        """Staff, numbers, places."""
        doctor = self.physician.split("^")
        return [
            Identity(self.id, (self.id,)),
            Identity(f"Dr. {doctor[0]}", (doctor[0],)),
            self.institution,
            self.phone,
            Identity(str(self.number), (str(self.number),)),
            Identity(f"{doctor[1]} {doctor[0]}", (doctor[0], doctor[1])),
            self.address,
            Identity(f"Dr. {self.stranger}", (self.stranger,), False),
        ]


def plain(text: str) -> tuple[str, str]:
    """A name without its accents, the German way and by leaving them out."""
    table = str.maketrans({"ł": "l", "Ł": "L", "ğ": "g", "ı": "i"})
    bare = unicodedata.normalize("NFKD", text.translate(table))
    return text.translate(GERMAN), "".join(letter for letter in bare if not unicodedata.combining(letter))


def _holds(text: str, part: str) -> bool:
    return part.casefold() in text.casefold()


def _patient(row: dict[str, str]) -> Patient:
    return Patient(
        row["charset"],
        row["name"],
        tuple(row["sure"].split()),
        tuple(filter(None, row["latin"].split(";"))),
        row["own_id"] or row["number"],
        int(row["number"]),
        datetime.date.fromisoformat(row["birth"]),
        row["sex"],
        row["town"],
        row["hospital"],
        row["physician"],
        row["stranger"],
    )


def _patients() -> list[Patient]:
    with Path(__file__).with_name("patients.tsv").open(encoding="utf-8", newline="") as file:
        return [_patient(row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


PATIENTS = _patients()
