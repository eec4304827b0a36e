"""The tables of ``workflow/headers``."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HEADERS = Path(__file__).parents[2] / "headers"

FIXED = ("tag", "name", "basic", "why")
"""Columns of the rule tables that are not options."""


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """All rows of one TSV file."""
    with (HEADERS / name).open(newline="") as file:
        return tuple(csv.DictReader(file, dialect="excel-tab"))


def rules(options: list[str]) -> Iterator[tuple[str, str]]:
    """Tag pattern and action of every listed attribute, with the cells of these options merged in.

    The cell that cleans (C) goes before the one that keeps (K), and either before the basic action: where two
    options disagree (PS3.15 Table E.1-1 has eleven such attributes), less is retained.
    """
    for name in ("table_e1_1.tsv", "unlisted.tsv"):
        for row in rows(name):
            cells = {row[option] for option in options} - {""}
            yield row["tag"], min(cells) if cells else row["basic"]


def options() -> list[str]:
    """The option columns of Table E.1-1."""
    return [column for column in rows("table_e1_1.tsv")[0] if column not in FIXED]
