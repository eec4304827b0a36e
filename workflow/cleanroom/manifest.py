"""The manifest of a study: one row an instance, in the order in which they are numbered."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from cleanroom import tsv
from cleanroom.atomic import write_changed


@dataclass(frozen=True)
class Instance:
    """One DICOM instance of the input, as intake saw it (identifying: private only)."""

    patient: str
    study: str
    series: str
    number: str
    """``00001`` and on: the order in its series, and its file name in the release."""
    path: str
    """Relative to the input folder; in an archive ``archive.zip!/member``."""
    bytes: int
    modified: str
    """ISO 8601 with nanoseconds: with ``bytes`` it tells a changed file."""
    modality: str
    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    transfer_syntax_uid: str
    image_type: str
    """Backslash-separated, as in DICOM."""
    burned_in_annotation: str
    conversion_type: str
    series_description: str
    frames: int
    """0 when the instance has no pixel data."""
    date_shift_days: int = 0
    """Whole weeks, the same for all of a patient; 0: as the key gives it."""


_NUMBERS = ("bytes", "frames", "date_shift_days")


def write(path: Path, instances: Iterable[Instance]) -> None:
    """Write a manifest; an unchanged one keeps its modification time. To be on the disk it needs a sync."""
    columns = [field.name for field in fields(Instance)]
    write_changed(path, tsv.text([columns, *map(astuple, instances)]), durable=False)


def read(path: Path) -> list[Instance]:
    """Read a manifest."""
    with path.open(newline="") as file:
        return [
            Instance(**{**row, **{name: int(row[name] or 0) for name in _NUMBERS}})  # type: ignore[arg-type]
            for row in csv.DictReader(file, dialect="excel-tab")
        ]
