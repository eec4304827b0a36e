"""What a person can decide about: every series of a private folder, the doubtful ones first."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from cleanroom.config import Config
from cleanroom.manifest import Instance
from cleanroom.records import SeriesFace, SeriesText, SetAsideRow, TextBox
from cleanroom.report import evidence as records
from cleanroom.report.evidence import Evidence
from cleanroom.report.wording import shareable, visible
from cleanroom.review import table
from cleanroom.review.standing import Standing, standings
from cleanroom.review.table import Decision

SHOWN = 200
"""Characters of a description."""


@dataclass(frozen=True)
class Case:
    """One series."""

    study: str
    series: str
    patient: str
    modality: str
    description: str
    instances: list[Instance]
    rows: list[SetAsideRow]
    """Why it is set aside."""
    released: bool
    seen: str
    """Hash of what there is to see; empty when a person cannot release it."""
    step: str
    """Whose doubt it is, or ``release``."""
    face: SeriesFace
    text: SeriesText
    boxes: dict[str, list[TextBox]]
    """Instance number → what is covered already."""
    pictures: list[str]
    decisions: list[Decision]
    standing: Standing

    @property
    def doubtful(self) -> bool:
        """Whether a person may release it."""
        return any(row.seen for row in self.rows)

    @property
    def pending(self) -> bool:
        """Whether a decision is there that the next run will honour."""
        changed = self.standing.tool or self.standing.mode or self.standing.rectangles
        if self.doubtful:
            rejected = self.standing.rejected and self.step != "release"
            return bool(self.standing.approves(self.step, self.seen) or rejected or changed)
        return self.released and bool(self.standing.rejected)

    @property
    def open(self) -> bool:
        """Whether it waits for a person."""
        return self.doubtful and not self.pending and not self.standing.rejected

    @property
    def state(self) -> str:
        """In words."""
        if self.pending:
            return "decided, the next run honours it"
        if self.standing.rejected:
            return "rejected"
        return "waits for you" if self.doubtful else ("released" if self.released else "set aside")


def cases(config: Config) -> list[Case]:
    """Every series that a run has looked at, open ones first."""
    decided = _decided(config.private)
    found = []
    for path in sorted((config.private / "studies").glob("*/manifest.tsv")):
        found += _of_study(records.load(config, path.parent.name), decided)
    return sorted(found, key=lambda case: (not case.open, not case.doubtful, case.study, case.series))


def case(config: Config, study: str, series: str) -> Case | None:
    """One series as it stands now."""
    known = {path.parent.name for path in (config.private / "studies").glob("*/manifest.tsv")}
    if study not in known:
        return None
    found = _of_study(records.load(config, study), _decided(config.private))
    return next((item for item in found if item.series == series), None)


def _decided(private: Path) -> dict[tuple[str, str], list[Decision]]:
    def key(decision: Decision) -> tuple[str, str]:
        return decision.study, decision.series

    return {name: list(rows) for name, rows in groupby(sorted(table.read(private), key=key), key)}


def _of_study(evidence: Evidence, decided: dict[tuple[str, str], list[Decision]]) -> list[Case]:
    by_series: dict[str, list[Instance]] = {}
    for instance in evidence.instances:
        by_series.setdefault(instance.series, []).append(instance)
    return [
        _case(evidence, items, decided.get((evidence.study, name), [])) for name, items in by_series.items()
    ]


def _case(evidence: Evidence, instances: list[Instance], decisions: list[Decision]) -> Case:
    first = instances[0]
    series = first.series
    rows = _unique(row for row in evidence.set_aside if row.series == series)
    doubt = next((row for row in rows if row.seen), None)
    released = series in evidence.release.seen
    return Case(
        study=evidence.study,
        series=series,
        patient=first.patient,
        modality=shareable(first.modality),
        description=visible(first.series_description[:SHOWN]),
        instances=instances,
        rows=rows,
        released=released,
        seen=doubt.seen if doubt else evidence.release.seen.get(series, ""),
        step=doubt.step if doubt else "release",
        face=evidence.faces.series.get(series, SeriesFace(decision="unsure", reason="it was not examined")),
        text=evidence.text.series.get(series, SeriesText()),
        boxes=evidence.text.boxes.get(series, {}),
        pictures=evidence.verify.pictures.get(series, []),
        decisions=decisions,
        standing=standings(decisions).get((evidence.study, series), Standing()),
    )


def _unique(rows: Iterable[SetAsideRow]) -> list[SetAsideRow]:
    """The release record repeats the rows of the steps before."""
    found: list[SetAsideRow] = []
    for row in rows:
        if all((row.step, row.reason) != (other.step, other.reason) for other in found):
            found.append(row)
    return found
