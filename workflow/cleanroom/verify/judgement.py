"""All checks on one series."""

import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cleanroom.hashed import hashed
from cleanroom.manifest import Instance
from cleanroom.records import VerifyRecord
from cleanroom.study import Study
from cleanroom.verify import (
    conformance,
    dates,
    documents,
    face,
    geometry,
    likeness,
    marks,
    masks,
    outlines,
    pictures,
    pixels,
    recognition,
    references,
    rereading,
    segments,
    tallies,
)
from cleanroom.verify.findings import Findings, log
from cleanroom.verify.geometry import Converted
from cleanroom.verify.header import Header
from cleanroom.verify.identities import Identities
from cleanroom.verify.mapped import mapped, original
from cleanroom.verify.masks import Mask
from cleanroom.verify.regions import STRUCTURE_SET
from cleanroom.verify.removed import Heads
from cleanroom.verify.search import Search
from cleanroom.verify.subject import Pair, Policy, Series
from cleanroom.verify.survey import Survey

PASSED, NOT_APPLICABLE = "passed", "not applicable"
CHECKS = (
    "identities",
    "pixels",
    "geometry",
    "references",
    "marks",
    "dates",
    "conformance",
    "face",
    "words",
    "tallies",
)
"""Every check, in the order of the report."""


@dataclass(frozen=True)
class Judge:
    """What is needed to judge the series of one study."""

    survey: Survey
    identities: Identities
    search: Search
    policy: Policy
    """Codes of CID 7050 in force."""
    study: Study
    refers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Series → series to which its instances refer, as they are judged."""

    def judge(self, series: Series, record: VerifyRecord) -> Findings:
        """Run every check on a series; write down what was found, and draw its pictures."""
        found = Findings(series.pseudonym, len(series.rows))
        found.run("tallies", lambda: tallies.findings(series))
        found.run("face", lambda: face.findings(series))
        series_masks = _masks(series, found)
        digests = record.sha256.setdefault(series.pseudonym, {})
        for row in series.rows:
            path = series.study.work / "encoded" / series.released_name(row.number)
            if path.is_file():
                digests[row.number] = hashed(path)
                self._instance(series, row, path, series_masks, found)
        found.run("marks", lambda: self._throughout(series))
        found.run("conformance", lambda: conformance.of_series(series))
        if found.only({"face"}):
            found.run("words", lambda: rereading.findings(series, self.search))
        with tempfile.TemporaryDirectory(dir=series.study.scratch) as scratch:
            converted = _converted(series, Path(scratch), found)
            found.run("face", lambda: likeness.findings(series, converted))
            found.run("face", lambda: _recognised(series, converted, record))
            record.pictures[series.pseudonym] = _drawn(series, converted, found.clean)
        record.checks[series.pseudonym] = {check: found.told(check) or PASSED for check in CHECKS}
        if not series.text.frames_read:
            record.checks[series.pseudonym]["words"] = NOT_APPLICABLE
        if not series.volumes and not found.told("geometry"):
            record.checks[series.pseudonym]["geometry"] = NOT_APPLICABLE
        return found

    def _instance(
        self, series: Series, row: Instance, path: Path, series_masks: list[Mask], found: Findings
    ) -> None:
        number = row.number
        if (series.pseudonym, number) not in self.survey.before:
            found.run("pixels", lambda: ["the original cannot be read"], number)
            return
        study = series.study
        with original(study.config.input, row.path, study.scratch) as old, mapped(path) as new:
            covered = series.encoded[number].covered if number in series.encoded else 0
            boxes = tuple(series.boxes.get(number, ()))
            pair = Pair(row, Header(old), Header(new), covered, boxes)
            name = series.released_name(number)
            self.refers[series.pseudonym] |= references.targets(pair.before, self.survey.graph)
            cut, drawn = self._outlines(pair, found)
            if documents.there(pair):
                self._document(pair, series, found)
            found.run("identities", lambda: self.identities.findings(pair.after, name), number)
            found.run("pixels", lambda: pixels.findings(pair, series.face, series_masks), number)
            found.run("references", lambda: references.findings(pair, self.survey.graph, cut), number)
            found.run("marks", lambda: marks.findings(pair, series, self.policy, drawn), number)
            found.run("dates", lambda: dates.findings(pair, self.policy), number)
            found.run("conformance", lambda: conformance.findings(pair), number)

    def _document(self, pair: Pair, series: Series, found: Findings) -> None:
        """Of an encapsulated PDF: what each check found in it."""
        told: documents.Found = {}

        def look() -> list[str]:
            told.update(self.documents.findings(pair, series))
            return told.get("pixels", [])

        found.run("pixels", look, pair.row.number)
        for check in ("identities", "conformance", "words"):
            found.run(check, lambda check=check: told.get(check, []), pair.row.number)  # type: ignore[misc]

    @cached_property
    def documents(self) -> documents.Documents:
        """Judges PDFs; nothing is started before there is one."""
        return documents.Documents(self.survey.vocabulary)

    def _outlines(self, pair: Pair, found: Findings) -> tuple[Counter[str], bool]:
        """Of contours or segments: references that were cut away, and whether a face was removed there."""
        cut: Counter[str] = Counter()
        drawn: list[bool] = []

        def look() -> list[str]:
            cut.update(outlines.cut_references(pair))
            drawn.append(outlines.faces(pair, self._heads))
            return outlines.findings(pair, self._heads)

        def look_at_segments() -> list[str]:
            drawn.append(bool(segments.faces(pair, self._heads)))
            return segments.findings(pair, self._heads)

        if pair.row.sop_class_uid == STRUCTURE_SET:
            found.run("face", look, pair.row.number)
        if pair.row.sop_class_uid in segments.SEGMENTATIONS:
            found.run("face", look_at_segments, pair.row.number)
        return cut, any(drawn)

    @cached_property
    def _heads(self) -> Heads:
        return Heads.of(self.study)

    def _throughout(self, series: Series) -> list[str]:
        keys = [(series.pseudonym, row.number) for row in series.rows]
        there = [key for key in keys if key in self.survey.before and key in self.survey.after]
        before = {number: self.survey.before[name, number] for name, number in there}
        after = {number: self.survey.after[name, number] for name, number in there}
        return marks.of_series(series, before, after)


def _recognised(series: Series, converted: list[Converted], record: VerifyRecord) -> list[str]:
    measures = recognition.measured(series, converted)
    if measures:
        record.measures[series.pseudonym] = recognition.worst(measures)
    return recognition.findings(series, measures)


def _masks(series: Series, found: Findings) -> list[Mask]:
    loaded: list[Mask] = []

    def load() -> list[str]:
        loaded.extend(masks.load(series.study.work, series.volumes, series.face))
        return []

    found.run("face", load)
    return loaded


def _converted(series: Series, scratch: Path, found: Findings) -> list[Converted]:
    if not series.volumes:
        return []
    converted: list[Converted] = []

    def compare() -> list[str]:
        converted.extend(geometry.released(series, scratch))
        return geometry.findings(geometry.expected(series, scratch), converted)

    found.run("geometry", compare)
    return converted


def _drawn(series: Series, converted: list[Converted], passed: bool) -> list[str]:
    """A picture that cannot be drawn stops nothing: the report says that there is none."""
    try:
        return pictures.draw(series, converted, passed)
    except (OSError, ValueError, ArithmeticError, StopIteration, RuntimeError):
        log.exception("%s: no picture could be drawn", series.pseudonym)
        return []
