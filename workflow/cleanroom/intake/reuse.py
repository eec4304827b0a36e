"""No pseudonym goes from one person to another while something of the first is released under it."""

import sqlite3

from cleanroom import holdings
from cleanroom.config import Config
from cleanroom.identity import Identity
from cleanroom.patients import Patients
from cleanroom.patients.spreadsheet import wrong

_STUDIES = "SELECT DISTINCT study_instance_uid FROM looks WHERE kind = 'dicom' AND reason = ''"
_EARLIER = "SELECT original, pseudonym FROM crosswalk WHERE kind = 'patient'"


def check(database: sqlite3.Connection, identity: Identity, patients: Patients, config: Config) -> None:
    """Compare the patients file with the crosswalk of earlier runs.

    Studies that are in the input are done again under their new pseudonym; those that have left it cannot be.

    Raises
    ------
    StopRun
        When a pseudonym of the file was another patient's, of whom a study that left the input is released.
    """
    taken = set()
    for row in database.execute(_EARLIER):
        patient_id, _, issuer = row["original"].partition("^^^")
        if row["pseudonym"] in patients.lines and patients.of(patient_id, issuer, "")[1] != row["pseudonym"]:
            taken.add(row["pseudonym"])
    if not taken:
        return
    present = {identity.pseudonym("study", row["study_instance_uid"]) for row in database.execute(_STUDIES)}
    for study in holdings.names(config):
        if study in present:
            continue
        for file in holdings.load(config, study).files:
            if file.study and file.patient in taken:
                raise wrong(
                    patients.lines[file.patient],
                    f"its pseudonym was another patient's, whose study {study} is still released",
                    "choose another pseudonym; or use another `private` and `output` for the new delivery",
                )
