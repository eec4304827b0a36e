"""Adds a decision to ``private/review.tsv``: one line, whole or not at all."""

import fcntl
import os
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

from cleanroom import tsv
from cleanroom.atomic import write_text
from cleanroom.errors import StopRun
from cleanroom.report.wording import cell
from cleanroom.review import table
from cleanroom.review.table import COLUMNS, FILE, Decision


def now() -> str:
    """The time of a decision."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def append(private: Path, *decisions: Decision) -> None:
    """Write decisions at the end of the table, in one piece; several people may do so at once.

    Raises
    ------
    StopRun
        When a decision, or a line that is there already, cannot be used.
    """
    for decision in decisions:
        fault = table.wrong(decision)
        if fault:
            raise StopRun(f"This decision cannot be written down: {fault}.", "decide again")
    handle = os.open(private / FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        there = file.read()
        if there.strip() and _header(there) != COLUMNS:
            write_text(private / FILE, _lines(COLUMNS, *map(astuple, [*table.read(private), *decisions])))
            return
        table.read(private)
        head = "" if there.strip() else _lines(COLUMNS)
        gap = "\n" if there and not there.endswith(b"\n") else ""
        os.write(file.fileno(), (gap + head + _lines(*map(astuple, decisions))).encode())
        os.fsync(file.fileno())


def _header(text: bytes) -> list[str]:
    return text.partition(b"\n")[0].decode("utf-8-sig", "replace").strip().split("\t")


def _lines(*rows: "list[str] | tuple[str, ...]") -> str:
    return tsv.text(map(cell, row) for row in rows)
