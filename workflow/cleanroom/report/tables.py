"""The tables of a run, written in chunks; their columns are the contract."""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from cleanroom.atomic import replacing
from cleanroom.records import Holding
from cleanroom.report.figures import SeriesFigures
from cleanroom.report.inventory import SetAsideLine
from cleanroom.report.verdicts import released_as
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
SERIES = [
    "patient",
    "study",
    "series",
    "modality",
    "verdict",
    "instances_in",
    "instances_released",
    "instances_set_aside",
    "face",
    "tool",
    "mode",
    "voxels_changed",
    "frames_read",
    "boxes",
    "waits",
    "reasons",
]

CHUNK = 50_000


def inventory(base: sqlite3.Connection, target: Path) -> None:
    """``private/inventory.tsv``."""
    _export(base, f"SELECT {', '.join(INVENTORY)} FROM files ORDER BY path", target, mode=0o600)


def manifest(base: sqlite3.Connection, held: Iterable[Holding], target: Path) -> None:
    """``release/manifest.tsv``: every released file, sorted by path."""
    columns = [*MANIFEST, "released_as"]
    base.execute(f"CREATE TEMP TABLE release({', '.join(columns)})")
    places = ", ".join(f":{name}" for name in columns)
    for holding in held:
        rows = (file.model_dump() | {"released_as": released_as(file)} for file in holding.files)
        base.executemany(f"INSERT INTO release VALUES ({places})", rows)
    base.execute("CREATE INDEX temp.by_place ON release(released_as)")
    _export(base, f"SELECT {', '.join(MANIFEST)} FROM release ORDER BY path", target, mode=0o644)


def crosswalk(base: sqlite3.Connection, target: Path) -> None:
    """``private/crosswalk.tsv``: intake's names, and what this run's instances and files became.

    To be called after :func:`manifest`.
    """
    base.execute(
        "INSERT OR REPLACE INTO crosswalk SELECT 'instance', files.sop_instance_uid, release.sop_instance_uid"
        " FROM files JOIN release USING (released_as) WHERE files.verdict = 'released'"
        " AND files.kind = 'dicom'"
    )
    base.execute(
        "INSERT OR REPLACE INTO crosswalk"
        " SELECT 'file', path, released_as FROM files WHERE verdict = 'released'"
    )
    query = "SELECT kind, original, pseudonym FROM crosswalk ORDER BY kind, original"
    _export(base, query, target, mode=0o600)


def set_aside(lines: list[SetAsideLine], target: Path) -> None:
    """``set_aside.tsv``: what is not released, why, and what mends it."""
    table = pd.DataFrame([asdict(line) for line in lines], columns=SET_ASIDE)
    with replacing(target, 0o644) as part, part.open("w", encoding="utf-8", newline="") as file:
        _inert(table).to_csv(file, sep="\t", index=False, lineterminator="\n")


def series(figures: list[SeriesFigures], target: Path) -> None:
    """``report/series.tsv``: one row a series, as in ``report.json``."""
    rows = [
        {name: getattr(item, name) for name in SERIES[:8]}
        | {"face": item.face.decision, "tool": item.face.tool, "mode": item.face.mode}
        | {"voxels_changed": item.face.voxels_changed, "waits": "yes" if item.waits else "no"}
        | {"frames_read": item.text.frames_read, "boxes": item.text.boxes, "reasons": "; ".join(item.reasons)}
        for item in figures
    ]
    with replacing(target, 0o644) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = _inert(pd.DataFrame(rows, columns=SERIES).astype(str))
        table.to_csv(file, sep="\t", index=False, lineterminator="\n")


def _export(base: sqlite3.Connection, query: str, target: Path, mode: int) -> None:
    columns = [name for name, *_ in base.execute(f"{query} LIMIT 0").description]
    with replacing(target, mode) as part, part.open("w", encoding="utf-8", newline="") as file:
        pd.DataFrame(columns=columns).to_csv(file, sep="\t", index=False, lineterminator="\n")
        for chunk in pd.read_sql_query(query, base, chunksize=CHUNK):
            _inert(chunk).to_csv(file, sep="\t", index=False, header=False, lineterminator="\n")


def _inert(table: pd.DataFrame) -> pd.DataFrame:
    for name in table.columns.difference(["bytes", "files"]):
        table[name] = table[name].map(path_cell if name == "path" else cell)
    return table
