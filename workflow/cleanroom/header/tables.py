"""The tables of ``workflow/headers``."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

HEADERS = Path(__file__).parents[2] / "headers"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """All rows of one TSV file."""
    with (HEADERS / name).open(newline="") as file:
        return tuple(csv.DictReader(file, dialect="excel-tab"))


def rules(options: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Tag pattern and action of every listed attribute, with the cells of these options merged in."""
    for name in ("table_e1_1.tsv", "unlisted.tsv"):
        for row in rows(name):
            yield row["tag"], cell(row, options)


def cell(row: Mapping[str, str], options: Iterable[Mapping[str, str]]) -> str:
    """The action of one row.

    The cell that cleans (C) goes before the one that keeps (K), and either before the basic action: where two
    options disagree (PS3.15 Table E.1-1 has eleven such attributes), less is retained. What the user keeps
    word for word (V, no option of the standard) goes before all.

    Parameters
    ----------
    row
        Of a table with a column ``basic`` and one for each option.
    options
        The rows of ``options.tsv`` in force.
    """
    found = {option["cell"] or row[option["column"]] for option in options if row[option["column"]]}
    return "V" if "V" in found else min(found, default=row["basic"])
