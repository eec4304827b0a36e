"""The pseudonyms that somebody assigned beforehand, checked before the first job."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from cleanroom import config
from cleanroom.errors import StopRun
from cleanroom.patients.spreadsheet import Row, rows

K = TypeVar("K", bound=Hashable)
Key = tuple[str, str | None]
"""Patient ID and issuer; the issuer None: any."""

_LEGAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
_KEYED = re.compile(r"P[A-Z2-7]{12}", re.IGNORECASE)
_TAKEN = {"unfiled"}
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_FARTHEST = 36_525
_SHORTEST = 4
_SHOWN = 10
CONFLICT = "; `patients.conflict: set_aside` goes on without these patients"


@dataclass(frozen=True)
class Assignment:
    """What the file says of one Patient ID."""

    pseudonym: str
    line: int
    date_shift_days: int | None
    """None: the key's own."""


@dataclass
class Assignments:
    """The file as a whole; empty when the config names none."""

    by_key: dict[Key, Assignment] = field(default_factory=dict)
    conflicts: set[Key] = field(default_factory=set)
    """About whom the file contradicts itself."""
    has_issuer: bool = True

    def key(self, patient_id: str, issuer: str) -> Key:
        """How the file names a patient of the input."""
        return patient_id, issuer if self.has_issuer else None

    @property
    def shifts(self) -> dict[str, int]:
        """Pseudonym → days, where the file gives them."""
        given = (item for item in self.by_key.values() if item.date_shift_days is not None)
        return {item.pseudonym: item.date_shift_days or 0 for item in given}


def fingerprint(settings: config.Patients) -> str:
    """A hash of the file's content, wherever it lies; empty when the config names none."""
    return sha256(_content(settings.file)).hexdigest() if settings.file else ""


def read(settings: config.Patients) -> Assignments:
    """Read and check the file that the config names.

    Raises
    ------
    StopRun
        With the lines that are wrong and why, never with a value of them.
    """
    if settings.file is None:
        return Assignments()
    found = rows(_content(settings.file))
    _stop([(row.line, what) for row in found for what in _faults(row)], "mend these lines")
    _stop(list(_originals(found)), "choose pseudonyms that are nobody's Patient ID")
    by_key = _grouped(found, lambda row: (row.patient_id, row.issuer))
    by_pseudonym = _grouped(found, lambda row: row.pseudonym.casefold())
    contradictions = [*_two_pseudonyms(by_key), *_two_ids(by_pseudonym, settings.merge)]
    if settings.conflict == "stop":
        _stop([(group[0].line, what) for group, what in contradictions], f"mend these lines{CONFLICT}")
    days = {pseudonym: _days(group) for pseudonym, group in by_pseudonym.items()}
    return Assignments(
        {
            key: Assignment(group[0].pseudonym, group[0].line, days[group[0].pseudonym.casefold()])
            for key, group in by_key.items()
        },
        {(row.patient_id, row.issuer) for group, _ in contradictions for row in group},
        has_issuer=not found or found[0].issuer is not None,
    )


def _content(file: Path | None) -> bytes:
    try:
        return file.read_bytes() if file else b""
    except OSError as error:
        reason = f"patients.file {file} cannot be read ({error.strerror})."
    raise StopRun(reason, "name the file of assigned ids in config.yaml, or leave patients.file empty")


def _stop(problems: list[tuple[int, str]], fix: str) -> None:
    if problems:
        lines = [f"line {line}: {what}" for line, what in sorted(problems)]
        more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        raise StopRun("patients.file cannot be used:\n  " + "\n  ".join(lines[:_SHOWN] + more), fix)


def _faults(row: Row) -> Iterable[str]:
    if not row.patient_id:
        yield "it has no patient_id; patients without one cannot be named"
    if _SHORTENED.fullmatch(row.patient_id):
        yield "a spreadsheet shortened the patient_id to 1.2E+3: format that column as text"
    if not row.pseudonym:
        yield "it has no pseudonym"
    elif not _LEGAL.fullmatch(row.pseudonym):
        yield "its pseudonym is not 1 to 64 of A-Z a-z 0-9 . _ - that begins with a letter or digit"
    elif _KEYED.fullmatch(row.pseudonym) or row.pseudonym.casefold() in _TAKEN:
        yield "its pseudonym looks like one that Cleanroom makes itself"
    elif len(row.patient_id) >= _SHORTEST and row.patient_id.casefold() in row.pseudonym.casefold():
        yield "its pseudonym holds the patient_id"
    if row.shift_days and not _is_weeks(row.shift_days):
        yield f"its shift_days are not whole weeks (7, -364, ...) of at most {_FARTHEST} days, or 0"


def _is_weeks(text: str) -> bool:
    if not re.fullmatch(r"[+-]?[0-9]{1,5}", text):
        return False
    return int(text) % 7 == 0 and 0 < abs(int(text)) <= _FARTHEST


def _originals(found: list[Row]) -> Iterable[tuple[int, str]]:
    ids = {row.patient_id.casefold(): row.line for row in found}
    for row in found:
        if row.pseudonym.casefold() in ids:
            yield row.line, f"its pseudonym is the patient_id of line {ids[row.pseudonym.casefold()]}"


def _grouped(found: list[Row], key: Callable[[Row], K]) -> dict[K, list[Row]]:
    groups: dict[K, list[Row]] = defaultdict(list)
    for row in found:
        groups[key(row)].append(row)
    return dict(groups)


def _two_pseudonyms(by_key: dict[Key, list[Row]]) -> Iterable[tuple[list[Row], str]]:
    for group in by_key.values():
        if len({row.pseudonym for row in group}) > 1:
            yield group, f"the same patient has another pseudonym in {_others(group)}"


def _two_ids(by_pseudonym: dict[str, list[Row]], merge: bool) -> Iterable[tuple[list[Row], str]]:
    for group in by_pseudonym.values():
        patients = {(row.patient_id, row.issuer) for row in group}
        if len({row.pseudonym for row in group}) > 1:
            yield group, f"the same pseudonym in other letters, large and small, in {_others(group)}"
        elif len(patients) > 1 and not merge:
            yield (
                group,
                f"another patient has the same pseudonym in {_others(group)} "
                "(if it is one person, `patients.merge: true` makes them one)",
            )
        elif len({int(row.shift_days) for row in group if row.shift_days}) > 1:
            yield group, f"the same pseudonym has other shift_days in {_others(group)}"


def _others(group: list[Row]) -> str:
    """Where the group's first row is contradicted."""
    lines = sorted(row.line for row in group[1:])
    shown = ", ".join(map(str, lines[:_SHOWN])) + (", ..." if len(lines) > _SHOWN else "")
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}"


def _days(group: list[Row]) -> int | None:
    return next((int(row.shift_days) for row in group if row.shift_days), None)
