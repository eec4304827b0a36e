"""A small CSV or TSV as people's spreadsheets write it, row by row with line numbers."""

import csv
import difflib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cleanroom.errors import StopRun
from cleanroom.identity import identifier

COLUMNS = ("patient_id", "issuer", "pseudonym", "shift_days")
_NEEDED = ("patient_id", "pseudonym")
_SEPARATORS = (",", ";", "\t")
_LINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Row:
    """One line of the patients file; its values identify and are never printed."""

    line: int
    patient_id: str
    issuer: str | None
    """None when the file has no such column: the ID stands for itself, whatever its issuer."""
    pseudonym: str
    shift_days: str


def rows(content: bytes) -> list[Row]:
    """The rows of a patients file, header and blank lines left out.

    Parameters
    ----------
    content
        UTF-8, with or without a byte order mark; separated by commas, semicolons or tabs.

    Raises
    ------
    StopRun
        When it cannot be read; the message names the line and no value.
    """
    text = _decoded(content.removeprefix(b"\xef\xbb\xbf"))
    lines = _cells(text, _separator(text))
    first, header = next(lines, (1, []))
    names = [_name(cell) for cell in header]
    _check_header(first, names)
    return [_row(line, names, cells) for line, cells in lines]


def wrong(line: int, what: str, fix: str) -> StopRun:
    """What stops a run because of one line of the file."""
    return StopRun(f"patients.file, line {line}: {what}.", fix)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    raise wrong(line, "a byte is not UTF-8", 'save the file as UTF-8 (in Excel: "CSV UTF-8")')


def _separator(text: str) -> str:
    """The one that finds most of the known columns in the first line that is not blank."""
    first = next((line for line in _LINES.split(text) if line.strip()), "")
    found = {
        separator: sum(_name(cell.strip('"')) in COLUMNS for cell in first.split(separator))
        for separator in _SEPARATORS
    }
    return max(found, key=lambda separator: found[separator])


def _name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())


def _cells(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = ["\0"]
        if cells is None:
            return
        if any(_hidden(cell) for cell in cells):
            raise wrong(
                line,
                "its quotes do not close, or a cell holds a line break or control character",
                "mend that line",
            )
        values = [identifier(cell) for cell in cells]
        if any(values):
            yield line, values


def _hidden(cell: str) -> bool:
    return any(letter < " " or letter == "\x7f" for letter in cell.strip(" \t"))


def _check_header(line: int, names: list[str]) -> None:
    fix = f"name the columns in the first line: {', '.join(_NEEDED)} and, if wanted, issuer, shift_days"
    if not set(names) & set(COLUMNS):
        raise wrong(line, "it is no header, or the columns are not separated by comma, semicolon or tab", fix)
    for number, name in enumerate(names, start=1):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.5)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise wrong(line, f"there is no such column as the {_nth(number)} one{hint}", fix)
        if name in names[: number - 1]:
            raise wrong(line, f"there are two columns `{name}`", fix)
    for name in _NEEDED:
        if name not in names:
            raise wrong(line, f"there is no column `{name}`", fix)


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    if any(cells[len(names) :]):
        fix = "put quotes around a value that holds the separator"
        raise wrong(line, f"it has {len(cells)} cells, and the header {len(names)}", fix)
    values = dict(zip(names, cells, strict=False))
    return Row(
        line=line,
        patient_id=values.get("patient_id", ""),
        issuer=values.get("issuer", "") if "issuer" in names else None,
        pseudonym=values.get("pseudonym", ""),
        shift_days=values.get("shift_days", ""),
    )
