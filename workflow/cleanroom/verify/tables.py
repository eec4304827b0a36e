"""The gate's own lists, as data: not one of them is shared with the steps it judges."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Identifying:
    """An attribute that identifies, or that the Basic Profile takes away."""

    tag: int
    name: str
    kind: str
    """``person``, ``id``, ``place``, ``phone``, ``device``, ``text`` or ``description``; ``-``: no value."""
    rule: str
    """``absent``: no released instance has a value of it (an attribute of type 2 stays, empty);
    ``changed``: none has the original's value."""
    unless: frozenset[str]
    """Codes of CID 7050: an option in force that may keep it."""


@cache
def identifying() -> dict[int, Identifying]:
    """The attributes that identify, by tag."""
    rows = (_row(line) for line in _lines("identifying.tsv"))
    return {row.tag: row for row in rows}


@cache
def tags(name: str) -> frozenset[int]:
    """The tags of one of the plain lists: ``retained``, ``meaning``, ``classes`` or ``removable``."""
    return frozenset(int(line["tag"], 16) for line in _lines(f"{name}.tsv"))


@cache
def common() -> frozenset[str]:
    """Words that name nobody, in lower case."""
    lines = (FOLDER / "common.txt").read_text().splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@cache
def outlines() -> frozenset[str]:
    """Names of the patient's outer contour: letters only, in lower case."""
    lines = (FOLDER / "outlines.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def _row(line: dict[str, str]) -> Identifying:
    unless = frozenset(line["unless"].replace("-", "").split())
    return Identifying(int(line["tag"], 16), line["name"], line["kind"], line["rule"], unless)
