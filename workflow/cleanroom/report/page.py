"""The report pages: one self-contained file each, readable offline and without scripts."""

import base64
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cleanroom.amount import clock, size
from cleanroom.atomic import replacing
from cleanroom.report import heads, side_by_side
from cleanroom.report.figures import Figures
from cleanroom.report.inventory import SetAsideLine
from cleanroom.report.loose import Loose
from cleanroom.report.reasons import WORDS, reasons
from cleanroom.report.series import PatientEntry, SeriesEntry
from cleanroom.report.thumbnails import LARGE, MANY_SERIES, SMALL, Thumbnail, thumbnails

HERE = Path(__file__).parent


def write(
    target: Path,
    figures: Figures,
    patients: list[PatientEntry],
    lines: list[SetAsideLine],
    files: Loose,
    *,
    private: bool,
) -> None:
    """Write one report page.

    Parameters
    ----------
    target
        The page.
    figures
        What is in ``report.json``.
    patients
        The series by patient and study.
    lines
        What is set aside.
    files
        Pictures and PDFs.
    private
        Whether it is the page inside the private folder: with before pictures, mode 0600.
    """
    series = [entry for patient in patients for study in patient.studies for entry in study.series]
    stream = (
        environment()
        .get_template("page.html.j2")
        .stream(
            figures=figures,
            totals=figures.totals,
            patients=patients,
            reasons=reasons(lines),
            kept=[entry for entry in series if entry.face_kept],
            unread=[entry for entry in series if entry.words_kept],
            loose=files,
            coverage=_coverage(figures, series),
            series_count=len(series),
            private=private,
            pictures=_pictures(len(series), private),
            head=heads.shown,
            compared=partial(side_by_side.columns, edge=_edge(len(series))),
            modalities=sorted({entry.figures.modality for entry in series}),
            waiting=sum(entry.figures.waits for entry in series),
            **_assets(private),
        )
    )
    with replacing(target, 0o600 if private else 0o644) as part, part.open("w", encoding="utf-8") as file:
        stream.enable_buffering(64)
        file.writelines(stream)


def environment() -> Environment:
    """The templates: every value is escaped, and a name that is not there is an error."""
    templates = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["words"] = WORDS
    templates.filters.update(number="{:,}".format, size=size, clock=clock, measure=measure)
    return templates


def measure(value: float) -> str:
    """A measure with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _pictures(series: int, private: bool) -> Callable[[SeriesEntry], list[Thumbnail]]:
    make = partial(thumbnails, edge=_edge(series), private=private)

    def pictures(entry: SeriesEntry) -> list[Thumbnail]:
        shown = private or (entry.figures.verdict == "released" and not entry.face_kept)
        return make(entry.work, entry.pictures) if shown else []

    return pictures


def _edge(series: int) -> int:
    return LARGE if series <= MANY_SERIES else SMALL


def _coverage(figures: Figures, series: list[SeriesEntry]) -> dict[str, int]:
    """Option → number of released series it is said of."""
    released = [entry for entry in series if entry.figures.instances_released]
    counts = {
        "113101": sum(entry.figures.text.frames_read > 0 for entry in released),
        "113102": sum(entry.face_examined for entry in released),
    }
    return {code: counts.get(code, len(released)) for code in figures.options}


def _assets(private: bool) -> dict[str, Any]:
    """Style and script, in the page; no other script can run there."""
    script = "".join(
        (HERE / name).read_text() for name in (["page.js", "slider.js"] if private else ["page.js"])
    )
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    return {
        "style": Markup((HERE / "page.css").read_text()),
        "script": Markup(script),
        "script_digest": digest,
    }
