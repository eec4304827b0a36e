"""Tables of text, a row a line, that read back as they were written."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path


def text(rows: Iterable[Iterable[object]]) -> str:
    r"""Rows as tab-separated lines that end in ``\n``.

    A cell with a line feed or a lone carriage return is quoted; :mod:`csv` of Python 3.11 leaves the latter
    bare where lines end in ``\n``, and its reader then takes it for the end of a row.
    """
    line = io.StringIO()
    writer = csv.writer(line, dialect="excel-tab")
    lines = []
    for row in rows:
        writer.writerow(row)
        lines.append(line.getvalue().removesuffix("\r\n") + "\n")
        line.seek(0)
        line.truncate()
    return "".join(lines)


def rows(path: Path) -> Iterator[list[str]]:
    """The rows of a table that :func:`text` has written."""
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.reader(file, dialect="excel-tab")
