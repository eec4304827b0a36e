"""Whose a picture or PDF is: its folder or its name says so, or nobody can tell."""

import re
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath

SHORTEST_ID = 4
UNFILED = "unfiled"
REFUSED = "it lies among the files of a patient who is set aside"
REFUSED_FIX = "see why the patient is set aside, in set_aside.tsv"
_QUERY = """
SELECT files.path, files.patient, files.number, looks.patient_id FROM files JOIN looks USING (path)
WHERE looks.kind = 'dicom' AND files.patient != ''
"""


@dataclass
class Owners:
    """The patients of the input, by folder and by id."""

    by_folder: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Folder, with everything below it → patients."""
    by_id: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    released: set[str] = field(default_factory=set)
    """Patients of whom something goes on."""

    @classmethod
    def of(cls, database: sqlite3.Connection) -> "Owners":
        """As intake has sorted the input."""
        owners = cls()
        for row in database.execute(_QUERY):
            for folder in _folders(row["path"]):
                owners.by_folder[folder].add(row["patient"])
            if len(row["patient_id"]) >= SHORTEST_ID:
                owners.by_id[row["patient_id"].casefold()].add(row["patient"])
            if row["number"]:
                owners.released.add(row["patient"])
        return owners

    def patient(self, path: str) -> str:
        """The patient's pseudonym; empty when folder and name do not say, or say different things."""
        named = self._named(path)
        near = next((found for folder in _folders(path) if (found := self.by_folder.get(folder))), set())
        if len(named) == 1:
            (patient,) = named
            return patient if len(near) != 1 or near == named else ""
        return next(iter(near)) if len(near) == 1 and not named else ""

    def _named(self, path: str) -> set[str]:
        low = path.casefold()
        return {
            patient
            for known, patients in self.by_id.items()
            if known in low and re.search(rf"(?<![^\W_]){re.escape(known)}(?![^\W_])", low)
            for patient in patients
        }


def _folders(path: str) -> list[str]:
    """The folders around a file, the nearest first; the input folder itself is the last."""
    return [parent.as_posix() for parent in PurePosixPath(path.replace("!/", "/")).parents]
