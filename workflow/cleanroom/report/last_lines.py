"""The last lines of a run: what was released, what was not and why, and where to look."""

import textwrap
from pathlib import Path

import pandas as pd

from cleanroom.amount import clock, size
from cleanroom.config import Config
from cleanroom.nifti.outcome import told
from cleanroom.report.figures import Figures
from cleanroom.report.inventory import SetAsideLine
from cleanroom.report.reasons import Reason, reasons

WIDTH = 100
SHOWN = 12
"""Reasons in the terminal; all of them are in the report."""


def summary(config: Config) -> str:
    """What a person reads when a run has ended.

    Parameters
    ----------
    config
        Where ``report.json`` and ``set_aside.tsv`` are.

    Returns
    -------
    str
        Lines of at most 100 columns, but for a path that is longer.
    """
    report = config.output / "report" / "report.json"
    if not report.is_file():
        return "There is no report yet: the run ended before its last step.\n"
    figures = Figures.model_validate_json(report.read_bytes())
    why = reasons(_lines(config.output / "set_aside.tsv"))
    totals = figures.totals
    head = f"Cleanroom {figures.version} · profile {figures.profile}"
    amount = f"{totals.files_in:,} files in, {size(totals.bytes_in)} · {clock(totals.seconds)} of work"
    parts = [f"{head} · {amount}", _counts(figures, why), *told(config), *_reasons(why), _places(config)]
    return "\n\n".join(parts) + "\n"


def _lines(table: Path) -> list[SetAsideLine]:
    rows = pd.read_csv(table, sep="\t", keep_default_na=False, dtype=str).to_dict("records")
    return [
        SetAsideLine(**{str(key): row[key] for key in row} | {"files": int(row["files"])}) for row in rows
    ]


def _counts(figures: Figures, why: list[Reason]) -> str:
    totals = figures.totals
    failed = sum(item.files for item in why if item.failed)
    note = f"{failed:,} of them because a step failed" if failed else "nothing failed"
    rows = [
        ("released", totals.files_released, ""),
        ("set aside", totals.files_set_aside, note),
        ("not content", totals.files_not_content, "DICOMDIR, archives, identical duplicates"),
    ]
    width = max(len(f"{files:,}") for _, files, _ in rows)
    lines = [f"  {name:<12} {files:>{width},}  {note}".rstrip() for name, files, note in rows]
    kept = sum(series.face.tool == "none" and series.verdict == "released" for series in figures.series)
    if kept:
        lines.append(f"  {'faces kept':<12} {kept:>{width},}  series, on purpose: the report says why")
    return "\n".join(lines)


def _reasons(why: list[Reason]) -> list[str]:
    if not why:
        return []
    width = max(len(f"{item.files:,}") for item in why)
    lines = ["Set aside, and what mends it"]
    for item in why[:SHOWN]:
        gap = " " * (width + 4)
        lines.append(_wrapped(f"  {item.files:>{width},}  ", gap, f"{item.step}: {item.reason}"))
        if item.fix:
            lines.append(_wrapped(f"{gap}→ ", f"{gap}  ", item.fix))
    if len(why) > SHOWN:
        lines.append(f"  and {len(why) - SHOWN} more reasons: see set_aside.tsv")
    return ["\n".join(lines)]


def _wrapped(first: str, rest: str, text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _places(config: Config) -> str:
    places = {
        "may leave": config.output / "release",
        "the report": config.output / "report" / "index.html",
        "not to share": config.private / "report" / "index.html",
    }
    return "\n".join(["Where to look", *(f"  {what:<12}  {path}" for what, path in places.items())])
