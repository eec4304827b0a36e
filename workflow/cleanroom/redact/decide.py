"""The step: words are found in pixels and PDFs; what cannot be read is set aside."""

import shutil

from cleanroom import faults
from cleanroom.config import Config, TextRule
from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.reading.goes import chooser
from cleanroom.records import SeriesText, SetAsideRow, TextRecord
from cleanroom.redact.carriers import carrier
from cleanroom.redact.series import Covered, cover
from cleanroom.redact.shown import Shown
from cleanroom.review import doubt
from cleanroom.review.applied import drawn
from cleanroom.series_match import matches
from cleanroom.study import Study


def decide_study(study: Study) -> TextRecord:
    """Find the words in the pixels of a study, and rebuild its PDFs: boxes, counts, what is set aside."""
    record = TextRecord()
    shutil.rmtree(study.work / "documents", ignore_errors=True)
    for series, instances in study.series("redact").items():
        record.series[series] = SeriesText()
        rule = _released(study, instances, _rule(study.config, instances[0]))
        try:
            if rule is None:
                raise SetAside(
                    "no rule of text.rules is for it", "end text.rules with a rule without `match`"
                )
            shown = Shown(chooser(rule.words, study.identifying))
            covered = cover(study.config.input, instances, rule, study.config.text, shown)
            _rebuild(study, instances, rule, covered)
        except Exception as error:
            failed = faults.aside(error, "redact", study)
            row = SetAsideRow.of(series, "redact", failed)
            record.set_aside.append(_doubted(study, instances, rule, row) if failed.doubt else row)
            continue
        _note(record, series, instances, covered, rule)
        doubts = [error for error in covered.unread.values() if error.doubt]
        for row in record.set_aside:
            if row.series == series and any(error.reason == row.reason for error in doubts):
                _doubted(study, instances, rule, row)
    return record


def _rule(config: Config, instance: Instance) -> TextRule | None:
    return next((rule for rule in config.text.rules if matches(rule.match, instance)), None)


def _released(study: Study, instances: list[Instance], rule: TextRule | None) -> TextRule | None:
    """The rule, with ``release`` when a person has looked at these very files and released them."""
    series = instances[0].series
    if rule is None or rule.release or not study.standing(series).approved.get("redact"):
        return rule
    row = SetAsideRow(series=series, step="redact", reason="")
    if doubt.settled(study, row, _seen(study, instances, rule)):
        return rule
    return rule.model_copy(update={"release": True, "reason": rule.reason or doubt.LOOKED})


def _doubted(study: Study, instances: list[Instance], rule: TextRule | None, row: SetAsideRow) -> SetAsideRow:
    """The row of a series in which a face may be seen: a person may release it."""
    return doubt.settled(study, row, _seen(study, instances, rule)) or row


def _seen(study: Study, instances: list[Instance], rule: TextRule | None) -> str:
    """Hash of the files and of what the config says of them; what a person drew takes nothing away."""
    series = instances[0].series
    own = drawn(series, study.standing(series))
    boxes = [boxes for boxes in study.config.text.boxes if boxes != own]
    text = study.config.text.model_copy(update={"boxes": boxes}).model_dump_json(exclude={"rules"})
    return doubt.originals_seen(study, instances, rule.model_dump_json() if rule else "", text)


def _rebuild(study: Study, instances: list[Instance], rule: TextRule, covered: Covered) -> None:
    """Rebuild the PDFs of a series; their tools are loaded only for them."""
    pdfs = [item for item in instances if carrier(item).outcome == "document"]
    if not pdfs:
        return
    from cleanroom.redact.documents import rebuild  # noqa: PLC0415

    rebuild(study, pdfs, rule, covered)


def _note(
    record: TextRecord, series: str, instances: list[Instance], covered: Covered, rule: TextRule
) -> None:
    record.series[series] = SeriesText(
        frames_read=covered.frames_read,
        boxes=sum(len(boxes) for boxes in covered.boxes.values())
        + sum(len(page) for document in covered.documents.values() for page in document.boxes),
        words=rule.words,
        reason=rule.reason,
        notes=[f"{note} ({count} of {len(instances)} instances)" for note, count in covered.notes.items()],
    )
    if covered.boxes:
        record.boxes[series] = covered.boxes
    if covered.documents:
        record.documents[series] = covered.documents
    whole = len(covered.unread) == len(instances)
    reasons: dict[tuple[str, str], list[str]] = {}
    for number, error in sorted(covered.unread.items()):
        reasons.setdefault((error.reason, error.fix), []).append(number)
    for (reason, fix), numbers in reasons.items():
        record.set_aside.append(
            SetAsideRow(
                series=series,
                numbers=[] if whole and len(reasons) == 1 else numbers,
                step="redact",
                reason=reason,
                fix=fix,
            )
        )
