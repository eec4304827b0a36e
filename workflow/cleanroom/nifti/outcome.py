"""What became of the BIDS tree, for the last lines of a run."""

import csv
import json

from cleanroom.config import Config
from cleanroom.nifti.placed import HOME
from cleanroom.nifti.standard import table


def told(config: Config) -> list[str]:
    """One line about the tree; none when there is no tree."""
    root = config.output / "release" / HOME
    extra = root / f"{table()['extra']}.tsv"
    if not extra.is_file():
        return []
    with extra.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    without = sum(row["file"] == "n/a" for row in rows)
    named = sum(1 for _ in root.glob("sub-*/ses-*/*/*.nii.gz")) - (len(rows) - without)
    parts = [
        f"{named:,} volumes named",
        f"{len(rows) - without:,} in extra/",
        f"{without:,} series without one",
    ]
    checked = config.output / "report" / "bids.json"
    if checked.is_file():
        errors = json.loads(checked.read_text())["error_count"]
        parts.append(f"validator: {errors or 'no'} error{'' if errors == 1 else 's'}")
    return ["BIDS: " + ", ".join(parts)]
