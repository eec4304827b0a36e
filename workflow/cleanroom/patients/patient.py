"""Decides, for every step and command alike, which patient an instance belongs to."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from cleanroom import config
from cleanroom.errors import StopRun
from cleanroom.identity import Identity, identifier, patient_original
from cleanroom.patients.assignment import CONFLICT, Key, read
from cleanroom.patients.spreadsheet import wrong

UNREADABLE = "its Patient ID cannot be read in the character set that its header names"
UNKNOWN = "its patient is not in the patients file"
WITHOUT_ID = "it has no Patient ID, so the patients file cannot name its patient"
CONTRADICTED = "the patients file contradicts itself about its patient"
TWO_PATIENTS = "its study names two patient IDs"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Patient(NamedTuple):
    """One patient of the input."""

    original: str
    """What stands for the patient in the crosswalk and in the key's function (identifying)."""
    pseudonym: str
    refused: str = ""
    """Why nothing of this patient is released; empty when nothing is wrong."""


class Patients:
    """The patients of one run.

    Parameters
    ----------
    identity
        The keyed pseudonyms; it learns the date shifts that the file gives.
    settings
        The section ``patients`` of the config.

    Raises
    ------
    StopRun
        When the file cannot be used.
    """

    def __init__(self, identity: Identity, settings: config.Patients) -> None:
        self._identity = identity
        self._settings = settings
        self._assigned = read(settings)
        self._conflicts = set(self._assigned.conflicts)
        identity.shifts.update(self._assigned.shifts)
        self.columns = ("patient_id", "issuer") if self._assigned.has_issuer else ("patient_id",)
        """How the file names a patient."""
        self.lines = {item.pseudonym: item.line for item in self._assigned.by_key.values()}
        """Assigned pseudonym → line of the file."""
        self.missing: set[tuple[str, ...]] = set()
        """Who is in the input and not in the file (identifying), as the file would name them."""

    def survey(self, found: Iterable[tuple[str, str]]) -> None:
        """Compare the file with all Patient IDs and issuers of the input, before the first is asked for.

        Raises
        ------
        StopRun
            When a pseudonym is the Patient ID of somebody, one line stands for IDs of two issuers, or a
            patient is not in the file, as the config wants it.
        """
        if self._settings.file is None:
            return
        ids = {(identifier(patient_id), identifier(issuer)) for patient_id, issuer in found}
        lines = {pseudonym.casefold(): line for pseudonym, line in self.lines.items()}
        issuers: dict[Key, set[str]] = defaultdict(set)
        for patient_id, issuer in sorted(ids):
            if patient_id.casefold() in lines:
                what = "its pseudonym is the Patient ID of somebody in the input"
                raise wrong(lines[patient_id.casefold()], what, "choose another pseudonym")
            key = self._assigned.key(patient_id, issuer)
            issuers[key] |= {issuer} - {""}
            if patient_id and key not in self._assigned.by_key:
                self.missing.add((patient_id, issuer)[: len(self.columns)])
        self._check_issuers(issuers)
        if self._settings.unknown == "stop" and (self.missing or any(not patient for patient, _ in ids)):
            raise StopRun(
                f"{len(self.missing):,} patients of the input are not in the patients file"
                f"{', and some have no Patient ID' if any(not patient for patient, _ in ids) else ''}.",
                "complete the file (private/patients_missing.tsv lists them), or change patients.unknown",
            )

    def of(self, patient_id: str, issuer: str, study_instance_uid: str) -> Patient:
        """The patient of an instance, by the values of its header."""
        patient_id, issuer = identifier(patient_id), identifier(issuer)
        original = patient_original(patient_id, issuer, study_instance_uid)
        keyed = self._identity.pseudonym("patient", original)
        if _REPLACEMENT in patient_id + issuer:
            return Patient(original, keyed, UNREADABLE)
        if self._settings.file is None:
            return Patient(original, keyed)
        key = self._assigned.key(patient_id, issuer)
        if key in self._conflicts:
            return Patient(original, keyed, CONTRADICTED)
        if key in self._assigned.by_key:
            return Patient(original, self._assigned.by_key[key].pseudonym)
        if self._settings.unknown == "pseudonym":
            return Patient(original, keyed)
        return Patient(original, keyed, UNKNOWN if patient_id else WITHOUT_ID)

    def _check_issuers(self, issuers: dict[Key, set[str]]) -> None:
        for key, names in issuers.items():
            if len(names) > 1 and key in self._assigned.by_key:
                if self._settings.conflict == "stop":
                    line = self._assigned.by_key[key].line
                    raise wrong(
                        line,
                        f"the input has this patient_id from {len(names)} issuers",
                        f"add a column `issuer` and one line for each of them{CONFLICT}",
                    )
                self._conflicts.add(key)
