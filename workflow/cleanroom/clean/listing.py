"""The instances of a folder: to whom each belongs, and where it goes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from pydicom.dataset import Dataset

from cleanroom.clean.original import read_header
from cleanroom.errors import SetAside
from cleanroom.header.charset import decoded, terms_of
from cleanroom.header.elements import value_of
from cleanroom.header.identifying import Identifying, harvest
from cleanroom.identity import Identity, identifier, series_original
from cleanroom.patients import Patients
from cleanroom.patients.patient import TWO_PATIENTS

PATIENT_ID, ISSUER = 0x00100020, 0x00100021
STUDY, SERIES, NUMBER = 0x0020000D, 0x0020000E, 0x00200013
_REMEMBERED = 8_000_000
"""Bytes of headers; in memory they are about six times as large."""
NO_INSTANCE = "it is not a DICOM instance, or has no Study and Series Instance UID"


class Read(NamedTuple):
    """A header, and where the pixels of its file begin."""

    header: Dataset
    end: int


@dataclass(frozen=True)
class Seen:
    """What one look at a file gave."""

    path: Path
    patient_id: str = ""
    issuer: str = ""
    study: str = ""
    series: str = ""
    number: int = 0
    identifying: Identifying = frozenset()
    reason: str = ""
    """Why it is set aside; empty when nothing is wrong."""
    read: Read | None = None
    """What was read, so that a small folder is read once."""


@dataclass
class Group:
    """The instances of one patient in one study."""

    patient: str
    study: str
    identifying: set[tuple[str, str]] = field(default_factory=set)
    files: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    """By series (pseudonym)."""


def look(path: Path) -> Seen:
    """Read the header of one file."""
    try:
        with path.open("rb") as file:
            header = read_header(file)
            end = file.tell()
        patient, issuer, study, series, number = (
            _text(header, tag) for tag in (PATIENT_ID, ISSUER, STUDY, SERIES, NUMBER)
        )
        if not (study and series):
            return Seen(path, reason=NO_INSTANCE)
        order = int(number) if number.isdecimal() else 0
        return Seen(path, patient, issuer, study, series, order, harvest(header), "", Read(header, end))
    except SetAside as failure:
        return Seen(path, reason=failure.reason)
    except Exception as error:
        return Seen(path, reason=f"it cannot be read as DICOM ({type(error).__name__})")


def look_elsewhere(path: Path) -> Seen:
    """As `look`, in another process: the header stays there."""
    return replace(look(path), read=None)


def small(seen: Iterable[Seen]) -> Iterator[Seen]:
    """The same files; from the first few MB of headers on, headers are forgotten."""
    room = _REMEMBERED
    for item in seen:
        room -= item.read.end if item.read else 0
        yield item if room > 0 else replace(item, read=None)


def grouped(seen: Iterable[Seen], identity: Identity, patients: Patients) -> tuple[list[Group], list[Seen]]:
    """The groups in a fixed order, and what is set aside."""
    instances = [item for item in seen if not item.reason]
    refused = [item for item in seen if item.reason]
    patients.survey({(item.patient_id, item.issuer) for item in instances})
    named: dict[str, set[str]] = defaultdict(set)
    for item in instances:
        named[item.study].add(patients.of(item.patient_id, item.issuer, item.study).pseudonym)
    groups: dict[tuple[str, str], Group] = {}
    for item in instances:
        patient = patients.of(item.patient_id, item.issuer, item.study)
        reason = TWO_PATIENTS if len(named[item.study]) > 1 else patient.refused
        if reason:
            refused.append(Seen(item.path, reason=reason))
            continue
        study = identity.pseudonym("study", item.study)
        group = groups.setdefault((patient.pseudonym, study), Group(patient.pseudonym, study))
        group.identifying |= item.identifying
        series = identity.pseudonym("series", series_original(item.study, item.series))
        group.files[series].append(item)
    return [groups[key] for key in sorted(groups)], refused


def _text(header: Dataset, tag: int) -> str:
    if tag not in header:
        return ""
    value = value_of(header.get_item(tag), "LO")
    text = decoded(value, terms_of(header), "LO")
    return identifier(value.decode("utf-8", "replace") if text is None else text)
