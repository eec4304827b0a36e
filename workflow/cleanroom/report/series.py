"""What is shown of each series, gathered from the records of its study."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cleanroom.records import FaceAttempt, SeriesFace, SeriesText
from cleanroom.report.evidence import Evidence
from cleanroom.report.figures import AttemptFigures, FaceFigures, SeriesFigures, TextFigures
from cleanroom.report.inventory import SeriesCount, SetAsideLine
from cleanroom.report.wording import LONGEST, shareable, visible
from cleanroom.review.standing import Standing, standings
from cleanroom.review.table import Decision

NOT_EXAMINED = SeriesFace(decision="unsure", reason="the face was not examined")
EXAMINED = {"face", "no_face", "already_removed"}
UNREMARKABLE = {"passed", "not applicable"}
"""What a check says that has found nothing."""


@dataclass(frozen=True)
class SeriesEntry:
    """One series on the page."""

    figures: SeriesFigures
    set_aside: list[SetAsideLine]
    measures: dict[str, float]
    passed: list[str]
    found: dict[str, str]
    """Check → what it found instead of passing."""
    dangling: list[str]
    actions: dict[str, int]
    work: Path
    pictures: list[str]
    notes: list[str]
    """What was done otherwise than a template of a device says."""
    description: str = ""
    """The Series Description as it came: for the private page alone."""
    compared: dict[str, list[str]] = field(default_factory=dict)
    """Pictures of the original and of each compared tool's result: for the private page alone."""
    seen: str = ""
    """Hash of what there is to see, for a person's decision; with ``step`` and ``decisions`` private."""
    step: str = ""
    decisions: tuple[Decision, ...] = ()

    @property
    def face_kept(self) -> bool:
        """Whether the face was left in on purpose."""
        return self.figures.face.tool == "none"

    @property
    def words_kept(self) -> bool:
        """Whether the words were left in on purpose, unread."""
        return self.figures.text.words == "never"

    @property
    def face_examined(self) -> bool:
        """Whether code 113102 is said of what is released."""
        face = self.figures.face
        return self.figures.instances_released > 0 and face.decision in EXAMINED and not self.face_kept


@dataclass(frozen=True)
class StudyEntry:
    """One study on the page."""

    study: str
    series: list[SeriesEntry]

    @property
    def actions(self) -> dict[str, int]:
        """Header action → number of elements, over all series."""
        total: dict[str, int] = defaultdict(int)
        for entry in self.series:
            for action, count in entry.actions.items():
                total[action] += count
        return dict(sorted(total.items()))


@dataclass(frozen=True)
class PatientEntry:
    """One patient on the page."""

    patient: str
    studies: list[StudyEntry] = field(default_factory=list)


def entry(
    evidence: Evidence, count: SeriesCount, lines: list[SetAsideLine], decisions: list[Decision]
) -> SeriesEntry:
    """What the page shows of one series.

    Parameters
    ----------
    evidence
        Its study.
    count
        Its files.
    lines
        What is set aside of it.
    decisions
        All that persons decided.
    """
    series = count.series
    theirs = [item for item in decisions if (item.study, item.series) == (count.study, series)]
    doubt = next((row for row in evidence.set_aside if row.series == series and row.seen), None)
    checks, face = evidence.verify.checks.get(series, {}), evidence.faces.series.get(series, NOT_EXAMINED)
    described = next((row.series_description for row in evidence.instances if row.series == series), "")
    return SeriesEntry(
        figures=_figures(evidence, count, lines, waits=doubt is not None and not _rejected(count, theirs)),
        set_aside=lines,
        measures=_named(face.measures),
        passed=[shareable(check) for check, result in checks.items() if result == "passed"],
        found={shareable(name): shareable(told) for name, told in checks.items() if told not in UNREMARKABLE},
        dangling=evidence.verify.dangling.get(series, []),
        actions=evidence.clean.actions.get(series, {}),
        work=evidence.work,
        pictures=evidence.verify.pictures.get(series, []),
        notes=[shareable(note) for note in evidence.text.series.get(series, SeriesText()).notes],
        description=visible(described)[:LONGEST],
        compared=face.compared,
        seen=doubt.seen if doubt else evidence.release.seen.get(series, ""),
        step=doubt.step if doubt else "release",
        decisions=tuple(map(_visible, theirs)),
    )


def _figures(evidence: Evidence, count: SeriesCount, lines: list[SetAsideLine], waits: bool) -> SeriesFigures:
    """What ``report.json`` says of a series."""
    series = count.series
    modality = next((row.modality for row in evidence.instances if row.series == series), "")
    return SeriesFigures(
        patient=count.patient,
        study=count.study,
        series=series,
        modality=shareable(modality),
        instances_in=count.released + count.set_aside,
        instances_released=count.released,
        instances_set_aside=count.set_aside,
        face=_face_figures(evidence.faces.series.get(series, NOT_EXAMINED)),
        text=_text_figures(evidence.text.series.get(series, SeriesText())),
        verdict="released" if count.released else "set_aside",
        reasons=list(dict.fromkeys(line.reason for line in lines)),
        measures=_named(evidence.verify.measures.get(series, {})),
        waits=waits,
    )


def _named(measures: dict[str, float]) -> dict[str, float]:
    return {shareable(name): value for name, value in measures.items()}


def _rejected(count: SeriesCount, theirs: list[Decision]) -> bool:
    return standings(theirs).get((count.study, count.series), Standing()).rejected


def _visible(decision: Decision) -> Decision:
    return Decision(**{name: visible(text) for name, text in asdict(decision).items()})


def _text_figures(text: SeriesText) -> TextFigures:
    return TextFigures(
        frames_read=text.frames_read, boxes=text.boxes, words=text.words, reason=shareable(text.reason)
    )


def by_patient(found: list[SeriesEntry]) -> list[PatientEntry]:
    """The same series, grouped by patient and study."""
    groups: dict[str, dict[str, list[SeriesEntry]]] = defaultdict(lambda: defaultdict(list))
    for entry in found:
        groups[entry.figures.patient][entry.figures.study].append(entry)
    return [
        PatientEntry(patient, [StudyEntry(study, series) for study, series in sorted(studies.items())])
        for patient, studies in sorted(groups.items())
    ]


def _face_figures(face: SeriesFace) -> FaceFigures:
    return FaceFigures(
        decision=face.decision,
        tool=face.tool,
        mode=face.mode if face.tool != "none" else "",
        voxels_changed=face.voxels_changed,
        reason=shareable(face.reason),
        attempts=[_attempt(item) for item in face.attempts],
    )


def _attempt(item: FaceAttempt) -> AttemptFigures:
    return AttemptFigures(
        tool=item.tool,
        mode=item.mode,
        version=shareable(item.version),
        outcome=item.outcome,
        reason=shareable(item.reason),
        seconds=item.seconds,
        dice=item.agreement,
        measures=item.measures,
    )
