"""How large each study is, and whose: what parts, memory and the space of a run are planned by."""

import sqlite3
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cleanroom import tsv
from cleanroom.atomic import write_changed

_LOADS = """
SELECT study, max(patient) AS patient, sum(size) AS whole, max(size * weight) AS largest FROM (
  SELECT files.study, files.series, files.patient, sum(files.bytes) AS size,
         max(CASE WHEN looks.transfer_syntax_uid LIKE '1.2.840.10008.1.2.4.%' THEN 4 ELSE 1 END) AS weight
  FROM files JOIN looks USING (path) WHERE files.number != '' GROUP BY files.study, files.series
) GROUP BY study ORDER BY study
"""


class Load(NamedTuple):
    """What a study weighs."""

    patient: str
    whole: int
    """Bytes of all files."""
    largest: int
    """Bytes of its largest series; a compressed one counts four times."""


def write_loads(database: sqlite3.Connection, private: Path) -> None:
    """Write ``loads.tsv``, after the series have their pseudonyms; an unchanged table stays as it is."""
    rows = database.execute(_LOADS)
    write_changed(_path(private), tsv.text([("study", *Load._fields), *rows]))


def read_loads(private: Path) -> dict[str, Load]:
    """The load of every study; empty before the first intake."""
    path = _path(private)
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else {}


@cache
def _read(path: Path, _: int) -> dict[str, Load]:
    _columns, *rows = tsv.rows(path)
    return {study: Load(patient, int(whole), int(largest)) for study, patient, whole, largest in rows}


def _path(private: Path) -> Path:
    return private / "loads.tsv"
