"""``private/review.tsv``: one row a decision, in the order in which they were taken."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from cleanroom.config import FaceRule
from cleanroom.errors import StopRun

FILE = "review.tsv"
WHAT = {
    "approve": "release it although a step has doubts",
    "reject": "do not release it",
    "rerun": "look for the face again, with another tool or mode",
    "cover": "cover a rectangle in every picture of the series",
    "comment": "nothing but the comment",
    "withdraw": "what was decided about the series before counts no more",
}
STEPS = ("redact", "deface", "verify", "release")
"""The steps that can doubt."""
LONGEST = 2000
"""Characters of a comment, or of any other value."""
_SEEN = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True)
class Decision:
    """One row."""

    when: str
    """UTC, ISO 8601; what counts is the order of the rows."""
    who: str
    what: str
    study: str
    series: str
    step: str = ""
    """Which step's doubt an approval is about."""
    seen: str = ""
    """Hash of what was seen; an approval counts only while it is that."""
    tool: str = ""
    mode: str = ""
    rectangle: str = ""
    """``left,top,right,bottom`` in pixels from 0, right and bottom not included."""
    comment: str = ""
    """It stays in the private folder."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The rectangle in numbers.

        Raises
        ------
        ValueError
            When it is none.
        """
        left, top, right, bottom = (int(part) for part in self.rectangle.split(","))
        if min(left, top) < 0 or left >= right or top >= bottom:
            raise ValueError(f"{self.rectangle} is no rectangle left,top,right,bottom")
        return left, top, right, bottom


COLUMNS = [field.name for field in fields(Decision)]


def tools() -> list[str]:
    """The tools that a decision can name; a face is kept by the config alone."""
    return [str(tool) for tool in get_args(FaceRule.model_fields["tool"].annotation) if tool != "none"]


def modes() -> list[str]:
    """The modes that a decision can name."""
    return [str(mode) for mode in get_args(FaceRule.model_fields["mode"].annotation)]


def read(private: Path) -> list[Decision]:
    """The decisions; none when nobody has decided anything.

    Raises
    ------
    StopRun
        When a row cannot be understood: the line is named, never what stands in it.
    """
    path = private / FILE
    if not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise StopRun(f"{FILE} is not UTF-8.", f"save private/{FILE} as UTF-8 text with tabs") from None
    return list(_rows(text)) if text.strip() else []


def _rows(text: str) -> Iterator[Decision]:
    table = csv.DictReader(io.StringIO(text, newline=""), dialect="excel-tab")
    missing = sorted({"what", "study", "series"} - set(table.fieldnames or []))
    if missing:
        raise _wrong(1, f"the column `{missing[0]}` is not there")
    for row in table:
        values = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if not any(values.values()):
            continue
        decision = Decision(**values)
        fault = wrong(decision)
        if fault:
            raise _wrong(table.line_num, fault)
        yield decision


def wrong(decision: Decision) -> str:
    """What is wrong with a decision; empty when nothing."""
    if decision.what not in WHAT:
        return f"`what` is one of {', '.join(WHAT)}"
    if not decision.study or not decision.series:
        return "`study` and `series` have to be pseudonyms"
    if any(len(getattr(decision, name)) > LONGEST for name in COLUMNS):
        return f"a value is longer than {LONGEST} characters"
    return {"approve": _approve, "rerun": _rerun, "cover": _cover}.get(decision.what, _nothing)(decision)


def _approve(decision: Decision) -> str:
    if decision.step not in STEPS:
        return f"`step` says whose doubt is approved: {', '.join(STEPS)}"
    return "" if _SEEN.fullmatch(decision.seen) else "`seen` is the hash that the private report shows"


def _rerun(decision: Decision) -> str:
    if decision.tool and decision.tool not in tools():
        return f"`tool` is one of {', '.join(tools())} (a face is kept by `faces.rules` in config.yaml)"
    if decision.mode and decision.mode not in modes():
        return f"`mode` is one of {', '.join(modes())}"
    if not (decision.tool or decision.mode):
        return "`rerun` names a tool or a mode"
    chosen = {"tool": decision.tool, "mode": decision.mode}
    try:
        FaceRule.model_validate({name: value for name, value in chosen.items() if value})
    except ValidationError as error:
        return str(error.errors()[0]["msg"].removeprefix("Value error, "))
    return ""


def _cover(decision: Decision) -> str:
    try:
        return "" if decision.box else "no rectangle"
    except ValueError:
        return "`rectangle` is left,top,right,bottom in whole pixels"


def _nothing(_: Decision) -> str:
    return ""


def _wrong(line: int, fault: str) -> StopRun:
    return StopRun(f"Line {line} of {FILE} cannot be used: {fault}.", f"mend that line of private/{FILE}")
