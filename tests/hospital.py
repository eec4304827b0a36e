"""An input folder as a hospital fills it, patient by patient."""

from pathlib import Path

import pandas as pd
import pydicom
from exports import instance, save
from pydicom.dataset import FileDataset

from cleanroom import config
from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.intake import inventory
from cleanroom.intake.take_in import take_in

FACES = {"faces": {"rules": [{"tool": "none", "reason": "a phantom"}]}}


class Hospital:
    """An input folder to which instances are added, each a study of its own unless it is named."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.count = 0
        for name in ("input", "private"):
            (root / name).mkdir()
        (root / "private" / "key").write_bytes(b"k" * 32)  # of two random shifts one in 470 is the same

    def add(self, patient_id: object, issuer: str = "", study: str = "", **values: object) -> FileDataset:
        """One instance; returns what was written."""
        self.count += 1
        study = study or f"1.2.{self.count}"
        if issuer:
            values["IssuerOfPatientID"] = issuer
        made = instance(self.count, study=study, series=f"{study}.{self.count}", **values)
        made.PatientID = patient_id
        save(made, self.root / "input" / f"IM{self.count}")
        return made

    def settings(self, table: str = "", **values: object) -> Config:
        """The config, with a patients file of this content."""
        file = self.root / "private" / "patients.csv"
        file.write_text(table)
        named = {"file": file} if table else {}
        places = {name: self.root / name for name in ("input", "private", "output")}
        return config.load(places | FACES | {"patients": named | values})

    def files(self) -> pd.DataFrame:
        """The inventory, by path."""
        with inventory.opened(self.root / "private") as database:
            return pd.read_sql("SELECT * FROM files", database).set_index("path")

    def crosswalk(self, kind: str) -> dict[str, str]:
        """Original → pseudonym, of one kind."""
        with inventory.opened(self.root / "private") as database:
            rows = database.execute("SELECT original, pseudonym FROM crosswalk WHERE kind = ?", (kind,))
            return dict(tuple(row) for row in rows)

    def patients(self, table: str = "", **values: object) -> list[str]:
        """What intake calls the patient of each file; in the order in which they were added."""
        settings = self.settings(table, **values)
        take_in(settings)
        found = self.files()
        names = [found.loc[f"IM{number}", "patient"] for number in range(1, self.count + 1)]
        self.agrees(settings)
        return names

    def agrees(self, settings: Config) -> None:
        """`clean IN OUT` writes the same patients as intake takes in, and no others."""
        target = self.root / f"out{len(list(self.root.iterdir()))}"
        clean_folder(settings.input, target, settings)
        released = self.files().query("number != ''")["patient"]
        written = {path.name for path in target.iterdir()} if target.exists() else set()
        assert written == set(released)
        for path in target.rglob("*.dcm"):
            header = pydicom.dcmread(path)
            assert str(header.PatientID) == str(header.PatientName) == path.relative_to(target).parts[0]
