"""Values from a CSV file, by the patient's original ID."""

import csv
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from cleanroom.errors import StopRun

_FIX = "mend it, or `csv` in the profile"


class Lookup(BaseModel):
    """A column of a CSV file (UTF-8)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path
    column: str
    key: str = "patient_id"

    def table(self) -> dict[str, str]:
        """Original Patient ID → value.

        Raises
        ------
        StopRun
            When the file cannot be read, has no such column, or gives one patient two values.
        """
        return _table(self.file, self.key, self.column)


@cache
def _table(file: Path, key: str, column: str) -> dict[str, str]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            return _read(csv.DictReader(lines, strict=True), file, key, column)
    except UnicodeDecodeError:
        raise StopRun(f"{file} is not UTF-8.", _FIX) from None
    except (OSError, csv.Error) as error:
        raise StopRun(f"{file} cannot be read ({type(error).__name__}).", _FIX) from None


def _read(rows: "csv.DictReader[str]", file: Path, key: str, column: str) -> dict[str, str]:
    if missing := {key, column} - set(rows.fieldnames or []):
        raise StopRun(f"{file} has no column `{min(missing)}`.", _FIX)
    found: dict[str, str] = {}
    for row in rows:
        name, value = (row[key] or "").strip(), (row[column] or "").strip()
        if found.setdefault(name, value) != value:
            raise StopRun(f"{file}, line {rows.line_num}: the same {key} with another value.", _FIX)
    return found
