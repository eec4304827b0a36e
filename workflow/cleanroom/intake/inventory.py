"""The inventory: one row an input file, in SQLite, so that a hundred million files fit."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cleanroom.intake.header import COLUMNS, Look
from cleanroom.intake.unread import NOT_READ

_HEADER_COLUMNS = ", ".join(f"{name} {'INTEGER' if name == 'frames' else 'TEXT'}" for name in COLUMNS)
_SCHEMA = 4
_CACHE_KIB = 200_000
_TABLES = f"""
CREATE TABLE IF NOT EXISTS files (
  path TEXT PRIMARY KEY, bytes INTEGER, modified TEXT, kind TEXT,
  patient TEXT DEFAULT '', study TEXT DEFAULT '', series TEXT DEFAULT '', number TEXT DEFAULT '',
  sop_instance_uid TEXT DEFAULT '', verdict TEXT DEFAULT '', released_as TEXT DEFAULT '',
  reason TEXT DEFAULT '', run INTEGER DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS looks (path TEXT PRIMARY KEY, kind TEXT, reason TEXT, {_HEADER_COLUMNS})
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS crosswalk (
  kind TEXT, original TEXT, pseudonym TEXT, PRIMARY KEY (kind, original)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identities (
  digest TEXT, kind TEXT, text TEXT, PRIMARY KEY (digest, kind, text)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_study ON files (study, series, number);
CREATE INDEX IF NOT EXISTS by_instance ON looks (sop_instance_uid);
CREATE INDEX IF NOT EXISTS archives ON looks (reason) WHERE kind = 'archive';
CREATE INDEX IF NOT EXISTS by_study_uid ON looks (study_instance_uid, series_instance_uid);
"""


@contextmanager
def opened(private: Path) -> Iterator[sqlite3.Connection]:
    """The database ``private/inventory.sqlite``; what the block did is kept when it ends well."""
    path = private / "inventory.sqlite"
    path.touch(mode=0o600)
    database = sqlite3.connect(path, timeout=60)
    database.row_factory = sqlite3.Row
    database.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
    try:
        _forget_other_schema(database)
        database.executescript(_TABLES)
        with database:
            yield database
    finally:
        database.close()


def _forget_other_schema(database: sqlite3.Connection) -> None:
    """Tables of another version are made anew: every file is looked at again; the crosswalk stays."""
    if database.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
        for table in ("files", "looks", "identities"):
            database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute(f"PRAGMA user_version = {_SCHEMA}")


def is_known(database: sqlite3.Connection, path: str, size: int, modified: str, run: int) -> bool:
    """Whether this very file was looked at before; if so it is marked as seen in this run."""
    query = "UPDATE files SET run = ? WHERE path = ? AND bytes = ? AND modified = ? AND reason != ?"
    return database.execute(query, (run, path, size, modified, NOT_READ)).rowcount == 1


def unread(database: sqlite3.Connection) -> int:
    """How many files could not be read for a reason that may pass."""
    count: int = database.execute("SELECT count(*) FROM files WHERE reason = ?", (NOT_READ,)).fetchone()[0]
    return count


def add(
    database: sqlite3.Connection, rows: Iterable[tuple[str, int, str, int]], looks: Iterable[Look]
) -> None:
    """Add files (path, bytes, modified, run) and what was seen in them; old rows are replaced."""
    looks = list(looks)
    database.executemany(
        "INSERT OR IGNORE INTO identities VALUES (?, ?, ?)",
        {(item.values["identities"], *found) for item in looks if item.values for found in item.identifying},
    )
    database.executemany(
        "INSERT OR REPLACE INTO files (path, bytes, modified, run) VALUES (?, ?, ?, ?)", rows
    )
    marks = ", ".join("?" * (3 + len(COLUMNS)))
    database.executemany(
        f"INSERT OR REPLACE INTO looks VALUES ({marks})",
        (
            (item.path, item.kind, item.reason, *((item.values or {}).get(name, "") for name in COLUMNS))
            for item in looks
        ),
    )


def forget_vanished(database: sqlite3.Connection, run: int) -> int:
    """Drop the files that this run did not see; how many there were."""
    gone = database.execute("DELETE FROM files WHERE run != ?", (run,)).rowcount
    database.execute("DELETE FROM looks WHERE path NOT IN (SELECT path FROM files)")
    if gone:
        database.execute("DELETE FROM identities WHERE digest NOT IN (SELECT identities FROM looks)")
    return gone
