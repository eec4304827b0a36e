"""What may carry words in its pixels: a decision table, first match wins."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cleanroom.manifest import Instance


@dataclass(frozen=True)
class Carrier:
    """One row of ``carriers.tsv``."""

    sop_class: re.Pattern[str]
    modality: re.Pattern[str]
    header: re.Pattern[str]
    carries: bool
    why: str


def carrier(instance: Instance) -> Carrier:
    """The first row that describes the instance; the last row describes everything."""
    header = (
        f"burned_in={instance.burned_in_annotation};frames={instance.frames};"
        f"conversion={instance.conversion_type};type={instance.image_type};"
    )
    return next(
        row
        for row in table()
        if row.sop_class.match(instance.sop_class_uid)
        and row.modality.fullmatch(instance.modality)
        and row.header.search(header)
    )


@cache
def table() -> tuple[Carrier, ...]:
    """The decision table."""
    text = (files(__package__) / "carriers.tsv").read_text()
    return tuple(
        Carrier(
            re.compile(row["sop_class"]),
            re.compile(row["modality"]),
            re.compile(row["header"]),
            row["carries"] == "yes",
            row["why"],
        )
        for row in csv.DictReader(text.splitlines(), dialect="excel-tab")
    )
