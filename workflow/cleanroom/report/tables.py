"""The tables of a run, written in chunks; their columns are the contract."""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from cleanroom.atomic import replacing
from cleanroom.records import ReleaseRecord
from cleanroom.report.inventory import SetAsideLine
from cleanroom.report.wording import cell, path_cell

INVENTORY = [
    "path",
    "bytes",
    "modified",
    "kind",
    "patient",
    "study",
    "series",
    "sop_instance_uid",
    "verdict",
    "released_as",
    "reason",
]
MANIFEST = ["path", "sha256", "bytes", "kind", "patient", "study", "series", "sop_class", "sop_instance_uid"]
SET_ASIDE = ["patient", "study", "series", "files", "step", "reason", "fix"]

CHUNK = 50_000


def inventory(base: sqlite3.Connection, target: Path) -> None:
    """``private/inventory.tsv``."""
    _export(base, "files", INVENTORY, target, mode=0o600)


def manifest(base: sqlite3.Connection, records: Iterable[ReleaseRecord], target: Path) -> None:
    """``release/manifest.tsv``: every released file, sorted by path."""
    base.execute(f"CREATE TEMP TABLE release({', '.join(MANIFEST)})")
    places = ", ".join(f":{name}" for name in MANIFEST)
    for record in records:
        base.executemany(
            f"INSERT INTO release VALUES ({places})", (file.model_dump() for file in record.files)
        )
    _export(base, "release", MANIFEST, target, mode=0o644)


def set_aside(lines: list[SetAsideLine], target: Path) -> None:
    """``set_aside.tsv``: what is not released, why, and what mends it."""
    table = pd.DataFrame([asdict(line) for line in lines], columns=SET_ASIDE)
    with replacing(target, 0o644) as part, part.open("w", encoding="utf-8", newline="") as file:
        _inert(table).to_csv(file, sep="\t", index=False, lineterminator="\n")


def _export(base: sqlite3.Connection, source: str, columns: list[str], target: Path, mode: int) -> None:
    query = f"SELECT {', '.join(columns)} FROM {source} ORDER BY path"
    with replacing(target, mode) as part, part.open("w", encoding="utf-8", newline="") as file:
        pd.DataFrame(columns=columns).to_csv(file, sep="\t", index=False, lineterminator="\n")
        for chunk in pd.read_sql_query(query, base, chunksize=CHUNK):
            _inert(chunk).to_csv(file, sep="\t", index=False, header=False, lineterminator="\n")


def _inert(table: pd.DataFrame) -> pd.DataFrame:
    for name in table.columns.difference(["bytes", "files"]):
        table[name] = table[name].map(path_cell if name == "path" else cell)
    return table
