"""``cleanroom clean IN OUT``: whole cleaned files from a folder, without the other steps."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pydicom

from cleanroom.atomic import replacing
from cleanroom.clean.meta import transfer_syntax_of
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.profile import load
from cleanroom.clean.rules import Rules
from cleanroom.clean.whole import write_whole
from cleanroom.config import Config
from cleanroom.errors import SetAside, StopRun
from cleanroom.header import pydicom_sets
from cleanroom.identity import Identity, identifier, load_key, make_key, series_original
from cleanroom.patients import Patients
from cleanroom.patients.patient import TWO_PATIENTS

pydicom_sets.complete()
_SORTED_BY = ["PatientID", "IssuerOfPatientID", "StudyInstanceUID", "SeriesInstanceUID", "InstanceNumber"]


@dataclass
class Cleaned:
    """What became of a folder."""

    files: int = 0
    set_aside: list[tuple[Path, str]] = field(default_factory=list)
    """Input file (identifying) and reason."""


def clean_folder(source: Path, target: Path, config: Config) -> Cleaned:
    """Clean the headers of every DICOM instance in a folder; pixels are copied byte for byte.

    Words burned into pixels and faces stay, and the files claim no more: they carry the codes of the header
    profile alone.

    Parameters
    ----------
    source
        A folder, read with its subfolders; it is never written to.
    target
        Gets ``<patient>/<study>/<series>/<nnnnn>.dcm``, named by pseudonym.
    config
        For the key, the patients file and the profile.

    Returns
    -------
    Cleaned
        How many files were written, and which were set aside and why.

    Raises
    ------
    StopRun
        When the target lies in the source (the input is never written to), or the patients file is wrong.
    """
    if target.resolve().is_relative_to(source.resolve()):
        raise StopRun("The output folder lies in the input folder.", "name one outside it")
    identity = _identity(config)
    patients = Patients(identity, config.patients)
    rules = Rules(load(config.profile))
    done = Cleaned()
    with quiet_pydicom():
        for series, files in _series(source, identity, patients, done).items():
            for number, (_, path) in enumerate(sorted(files), start=1):
                place = target.joinpath(*series, f"{number:05d}.dcm")
                try:
                    _clean_file(path, place, rules, identity, series[0])
                    done.files += 1
                except SetAside as failure:
                    done.set_aside.append((path, failure.reason))
    return done


def _clean_file(path: Path, place: Path, rules: Rules, identity: Identity, patient: str) -> None:
    with path.open("rb") as file:
        original = read_header(file)
        syntax = transfer_syntax_of(original)
        header, _ = clean_original(original, rules, identity, patient)
        with replacing(place) as part, part.open("wb") as out:
            write_whole(out, header, file, original, syntax)


class _Seen(NamedTuple):
    """What decides on an instance's place."""

    path: Path
    patient_id: str
    issuer: str
    study: str
    series: str
    number: int


def _series(
    source: Path, identity: Identity, patients: Patients, done: Cleaned
) -> dict[tuple[str, str, str], list[tuple[int, Path]]]:
    """Pseudonyms of patient, study and series → instance numbers and files."""
    instances = list(_instances(source, done))
    patients.survey({(seen.patient_id, seen.issuer) for seen in instances})
    named: dict[str, set[str]] = defaultdict(set)
    for seen in instances:
        named[seen.study].add(patients.of(seen.patient_id, seen.issuer, seen.study).pseudonym)
    found: dict[tuple[str, str, str], list[tuple[int, Path]]] = defaultdict(list)
    for seen in instances:
        patient = patients.of(seen.patient_id, seen.issuer, seen.study)
        refused = TWO_PATIENTS if len(named[seen.study]) > 1 else patient.refused
        if refused:
            done.set_aside.append((seen.path, refused))
            continue
        study = identity.pseudonym("study", seen.study)
        series = identity.pseudonym("series", series_original(seen.study, seen.series))
        found[patient.pseudonym, study, series].append((seen.number, seen.path))
    return found


def _instances(source: Path, done: Cleaned) -> Iterator[_Seen]:
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True, force=True, specific_tags=_SORTED_BY)
            patient, issuer, study, series, number = (identifier(header.get(word)) for word in _SORTED_BY)
        except Exception as error:
            done.set_aside.append((path, f"it cannot be read as DICOM ({type(error).__name__})"))
            continue
        if study and series:
            order = int(number) if number.isdecimal() else 0
            yield _Seen(path, patient, issuer, study, series, order)
        else:
            done.set_aside.append(
                (path, "it is not a DICOM instance, or has no Study and Series Instance UID")
            )


def _identity(config: Config) -> Identity:
    path = config.key or config.private / "key"
    if path.is_file():
        return Identity(load_key(path))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Identity(make_key(path))
