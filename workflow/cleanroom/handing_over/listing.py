"""The manifest of a release, read with suspicion: it may have come from anywhere."""

import csv
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cleanroom.errors import StopRun

NAME = "manifest.tsv"
NEEDED = {"path", "sha256", "bytes"}


@dataclass(frozen=True)
class Listed:
    """One row."""

    path: str
    sha256: str
    bytes: int
    row: dict[str, str]

    @property
    def inside(self) -> bool:
        """Whether its path stays within the release."""
        parts = PurePosixPath(self.path).parts
        return bool(parts) and not self.path.startswith("/") and ".." not in parts and "\\" not in self.path


def root(folder: Path) -> Path:
    """The folder in which the manifest lies: the one named, or ``release`` in it.

    Raises
    ------
    StopRun
        When there is none.
    """
    for place in (folder, folder / "release"):
        if (place / NAME).is_file():
            return place
    raise StopRun(
        f"There is no {NAME} in {folder} or in {folder}/release.", "name the folder in which it lies"
    )


def read(place: Path) -> list[Listed]:
    """The rows of a manifest.

    Raises
    ------
    StopRun
        When it is no table with path, sha256 and bytes.
    """
    with (place / NAME).open(newline="", encoding="utf-8") as file:
        try:
            rows = list(csv.DictReader(file, dialect="excel-tab"))
            if rows and not rows[0].keys() >= NEEDED:
                raise ValueError
            return [Listed(_path(row["path"]), row["sha256"], int(row["bytes"]), row) for row in rows]
        except (ValueError, TypeError, csv.Error):
            raise StopRun(f"{place / NAME} is not a manifest of Cleanroom.", "get it again") from None


def columns(place: Path) -> list[str]:
    """The names of the columns, in their order."""
    with (place / NAME).open(encoding="utf-8") as file:
        return file.readline().rstrip("\n").split("\t")


def _path(cell: str) -> str:
    return cell.removeprefix("./")
