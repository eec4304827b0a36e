"""From single files to patients, studies and series: duplicates, contradictions, pseudonyms."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import cast

from cleanroom.header.identifying import Identifying
from cleanroom.identity import Identity, series_original
from cleanroom.manifest import Instance
from cleanroom.patients import Patient, Patients
from cleanroom.patients.patient import TWO_PATIENTS
from cleanroom.source import opened

_RESET = """
UPDATE files SET
  kind = looks.kind, sop_instance_uid = looks.sop_instance_uid, reason = looks.reason,
  verdict = CASE
    WHEN looks.kind IN ('dicomdir', 'archive') AND looks.reason = '' THEN 'not_content'
    WHEN looks.reason != '' THEN 'set_aside' ELSE '' END,
  patient = '', study = '', series = '', number = '', released_as = ''
FROM looks WHERE looks.path = files.path
"""
_COPIES = """
SELECT sop_instance_uid AS uid FROM looks WHERE kind = 'dicom' AND reason = ''
GROUP BY sop_instance_uid HAVING count(*) > 1
"""
_IDS = "SELECT DISTINCT patient_id, issuer FROM looks WHERE kind = 'dicom' AND reason = ''"
_IN_STUDIES = """
SELECT DISTINCT study_instance_uid, patient_id, issuer FROM looks WHERE kind = 'dicom' AND reason = ''
"""
_OF_STUDY = "SELECT path FROM looks WHERE study_instance_uid = ? AND kind = 'dicom'"
_OF_PATIENT = f"{_OF_STUDY} AND reason = '' AND patient_id = ? AND issuer = ?"
_NO_PLACE = """
SELECT DISTINCT study, series FROM files WHERE series != ''
GROUP BY study, series HAVING max(number) = ''
"""
_SERIES = """
SELECT DISTINCT study_instance_uid, series_instance_uid, patient_id, issuer
FROM looks WHERE kind = 'dicom' AND reason = ''
"""
_MEMBERS = """
SELECT files.path, files.bytes, files.modified, looks.* FROM looks JOIN files USING (path)
WHERE looks.study_instance_uid = ? AND looks.series_instance_uid = ? AND files.verdict = ''
ORDER BY CAST(looks.instance_number AS INTEGER), looks.sop_instance_uid
"""


def reset(database: sqlite3.Connection) -> None:
    """Start from what was seen in each file."""
    database.execute(_RESET)


def mark_duplicates(database: sqlite3.Connection, root: Path) -> None:
    """Of the files with one SOP Instance UID the first path stands; the others are copies or conflicts."""
    for row in database.execute(_COPIES).fetchall():
        paths = [
            found["path"]
            for found in database.execute(
                "SELECT path FROM looks WHERE sop_instance_uid = ? AND kind = 'dicom' ORDER BY path",
                (row["uid"],),
            )
        ]
        first = _digest(root, paths[0])
        for path in paths[1:]:
            if _digest(root, path) == first:
                _mark(database, path, "duplicate", "not_content", "an identical copy of another file")
            else:
                reason = "another file has the same SOP Instance UID and different content"
                _mark(database, path, "dicom", "set_aside", reason)


def patients(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every Patient ID of the input, with its issuer."""
    return [(row["patient_id"], row["issuer"]) for row in database.execute(_IDS)]


def mark_patients(database: sqlite3.Connection, patients: Patients) -> None:
    """Set aside whole studies that name two patients, and what the patients file does not let through."""
    found: dict[str, dict[tuple[str, str], Patient]] = defaultdict(dict)
    for row in database.execute(_IN_STUDIES):
        found[row["study_instance_uid"]][row["patient_id"], row["issuer"]] = patients.of(
            row["patient_id"], row["issuer"], row["study_instance_uid"]
        )
    for study, named in found.items():
        if len({patient.pseudonym for patient in named.values()}) > 1:
            _mark_all(database, (_OF_STUDY, (study,)), TWO_PATIENTS)
        for name, patient in named.items():
            if patient.refused:
                _mark_all(database, (_OF_PATIENT, (study, *name)), patient.refused)


def without_place(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """Studies and series of the input of which no file goes on to the other steps."""
    return [(row["study"], row["series"]) for row in database.execute(_NO_PLACE)]


def name_series(database: sqlite3.Connection, identity: Identity, patients: Patients) -> list[str]:
    """Give every file its pseudonyms and number; the studies, in a fixed order."""
    for row in database.execute(_SERIES).fetchall():
        patient = patients.of(row["patient_id"], row["issuer"], row["study_instance_uid"])
        study = identity.pseudonym("study", row["study_instance_uid"])
        series = identity.pseudonym(
            "series", series_original(row["study_instance_uid"], row["series_instance_uid"])
        )
        members = database.execute(_MEMBERS, (row["study_instance_uid"], row["series_instance_uid"]))
        numbered = [(f"{n:05d}", item["path"]) for n, item in enumerate(members.fetchall(), 1)]
        database.execute(
            "UPDATE files SET patient = ?, study = ?, series = ? WHERE path IN (SELECT path FROM looks "
            "WHERE kind = 'dicom' AND reason = '' AND study_instance_uid = ? AND series_instance_uid = ?)",
            (patient.pseudonym, study, series, row["study_instance_uid"], row["series_instance_uid"]),
        )
        database.executemany("UPDATE files SET number = ? WHERE path = ?", numbered)
        _cross(database, identity, row, (*patient[:2], study, series))
    found = database.execute("SELECT DISTINCT study FROM files WHERE number != '' ORDER BY study")
    return [row["study"] for row in found]


def instances(database: sqlite3.Connection, identity: Identity, study: str) -> Iterator[Instance]:
    """The instances of a study, in the order of the manifest."""
    query = """
    SELECT files.path, files.patient, files.study, files.series, files.number, files.bytes,
           files.modified, looks.* FROM files JOIN looks USING (path)
    WHERE files.study = ? AND files.number != '' ORDER BY files.series, files.number
    """
    names = [name for name in Instance.__dataclass_fields__ if name != "date_shift_days"]
    for row in database.execute(query, (study,)):
        days = identity.date_shift_days(row["patient"])
        yield Instance(**{name: row[name] for name in names}, date_shift_days=days)


def identifying(database: sqlite3.Connection, study: str) -> Identifying:
    """What identifies in the headers of a study."""
    query = """
    SELECT DISTINCT kind, text FROM identities WHERE digest IN
      (SELECT DISTINCT looks.identities FROM files JOIN looks USING (path) WHERE files.study = ?)
    """
    return frozenset((row["kind"], row["text"]) for row in database.execute(query, (study,)))


def _cross(
    database: sqlite3.Connection, identity: Identity, row: sqlite3.Row, names: tuple[str, str, str, str]
) -> None:
    original, patient, study, series = names
    days = str(identity.date_shift_days(patient))
    shown = original.replace("\0", "^^^")
    rows = [
        ("patient", shown, patient),
        ("date_shift_days", shown, days),
        ("study", row["study_instance_uid"], study),
        ("series", row["series_instance_uid"], series),
    ]
    database.executemany("INSERT OR REPLACE INTO crosswalk VALUES (?, ?, ?)", rows)


def _mark(database: sqlite3.Connection, path: str, kind: str, verdict: str, reason: str) -> None:
    database.execute(
        "UPDATE files SET kind = ?, verdict = ?, reason = ? WHERE path = ?", (kind, verdict, reason, path)
    )


def _mark_all(database: sqlite3.Connection, chosen: tuple[str, tuple[str, ...]], reason: str) -> None:
    """Set aside the chosen files that have no verdict yet."""
    query, values = chosen
    database.execute(
        f"UPDATE files SET verdict = 'set_aside', reason = ? WHERE verdict = '' AND path IN ({query})",
        (reason, *values),
    )


def _digest(root: Path, path: str) -> bytes:
    with opened(root, path) as file:
        return file_digest(cast(BufferedReader, file), "sha256").digest()
