"""A run with two doubtful series, about which a test lets a person decide."""

import shutil
from pathlib import Path

from framed import AXIAL, slices, write
from line import run_study
from test_redact_captures import capture, rendering

from cleanroom import config
from cleanroom.config import Config
from cleanroom.intake.take_in import take_in
from cleanroom.records import ReleaseRecord, SetAsideRow
from cleanroom.review.table import COLUMNS

NOBODY = {"match": {"description": "^no series is called this$"}}
"""A rule for no series: then every face is in doubt."""


class Case:
    """A study with a head in whose face there is doubt and a captured image, taken through the line."""

    def __init__(self, root: Path, **values: object) -> None:
        self.root = root
        write(root / "in" / "head", slices(AXIAL, 40, 6.0, 34, 6.0), series="1.2.3.4", thickness=6.0)
        capture(root / "in" / "capture", rendering())
        places = {"input": root / "in", "output": root / "results", "private": root / "private"}
        self.values: dict[str, object] = places | {"faces": {"rules": [NOBODY]}} | values
        (root / "private").mkdir(mode=0o700)
        self.run()

    @property
    def config(self) -> Config:
        return config.load(self.values)

    def run(self, only: str = "", **values: object) -> None:
        """All studies, or the one of a series."""
        self.values |= values
        for study in take_in(self.config):
            if not only or study == self.study(only):
                run_study(self.config, study)

    def rows(self) -> dict[str, SetAsideRow]:
        """Step → what it set aside."""
        found = [ReleaseRecord.load(path) for path in self.config.private.glob("studies/*/released.json")]
        return {row.step: row for record in found for row in record.set_aside}

    def released(self) -> set[str]:
        return {path.parent.name for path in (self.root / "results" / "release").rglob("*.dcm")}

    def study(self, series: str) -> str:
        (manifest,) = (
            path for path in self.config.private.glob("studies/*/manifest.tsv") if series in path.read_text()
        )
        return manifest.parent.name

    def decide(self, what: str, series: str, **values: str) -> None:
        """By hand, as with a text editor."""
        path = self.config.private / "review.tsv"
        if not path.exists():
            path.write_text("\t".join(COLUMNS) + "\n")
        row = {"what": what, "series": series, "study": self.study(series), **values}
        with path.open("a") as file:
            file.write("\t".join(row.get(name, "") for name in COLUMNS) + "\n")

    def approve(self, row: SetAsideRow) -> None:
        self.decide("approve", row.series, step=row.step, seen=row.seen)

    def copied(self, root: Path) -> "Case":
        """The same, to be changed: the input and what the run left."""
        other = Case.__new__(Case)
        shutil.copytree(self.root, root)
        other.root = root
        places = {"input": root / "in", "output": root / "results", "private": root / "private"}
        other.values = self.values | places
        return other
