"""Who a pseudonym is: for those who may, and never without a line in the log."""

import getpass
import os
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cleanroom import tsv
from cleanroom.config import Config
from cleanroom.errors import StopRun

LOG = "lookups.tsv"
COLUMNS = ("when", "who", "host", "pseudonym", "found", "why")


class Known(NamedTuple):
    """One row of the crosswalk."""

    kind: str
    original: str


def look_up(config: Config, pseudonym: str, why: str) -> list[Known]:
    """What stands behind a pseudonym, of a patient, study, series, instance, frame or file.

    The log ``private/lookups.tsv`` is written first: when it cannot be, nothing is told.

    Raises
    ------
    StopRun
        When there is no crosswalk (any more), or the log cannot be written.
    """
    base = config.private / "inventory.sqlite"
    if base.with_name(f"{base.name}.age").is_file():
        raise StopRun("The crosswalk is encrypted.", "decrypt it with `cleanroom crosswalk decrypt`")
    if not base.is_file():
        raise StopRun(
            "There is no crosswalk: it was purged, or this is not the private folder of a run.",
            "name the config of the run with --config",
        )
    with closing(sqlite3.connect(f"file:{base}?mode=ro", uri=True)) as database:
        query = "SELECT kind, original FROM crosswalk WHERE pseudonym = ? ORDER BY kind, original"
        rows = database.execute(query, (pseudonym,)).fetchall()
    _log(config.private / LOG, pseudonym, len(rows), why)
    return [Known(kind, _shown(original)) for kind, original in rows]


def _shown(original: str) -> str:
    """Without the separator of the crosswalk, and with nothing that moves a terminal's cursor."""
    text = original.replace("\0", "  ")
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _log(path: Path, pseudonym: str, found: int, why: str) -> None:
    when = datetime.now(UTC).isoformat(timespec="seconds")
    cells = [
        _inert(cell) for cell in (when, getpass.getuser(), socket.gethostname(), pseudonym, str(found), why)
    ]
    try:
        new = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", newline="", encoding="utf-8") as file:
            file.write(tsv.text([COLUMNS, cells] if new else [cells]))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StopRun(
            f"The log {path.name} in the private folder cannot be written ({type(error).__name__}).",
            "nothing was looked up; make it writable",
        ) from None


def _inert(cell: str) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
