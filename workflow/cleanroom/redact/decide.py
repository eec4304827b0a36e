"""The step: what may carry words is set aside."""

from cleanroom.records import SeriesText, SetAsideRow, TextRecord
from cleanroom.redact.carriers import carrier
from cleanroom.study import Study

FIX = "words in pixels cannot be read by this version: look at it yourself, or leave it out of the input"


def decide_study(study: Study) -> TextRecord:
    """Set aside every series of which an instance may carry words in its pixels."""
    record = TextRecord()
    for series, instances in study.series("redact").items():
        found = [row for row in map(carrier, instances) if row.carries]
        record.series[series] = SeriesText()
        if found:
            reason = f"it may carry burned-in words: {found[0].why}"
            record.set_aside.append(SetAsideRow(series=series, step="redact", reason=reason, fix=FIX))
    return record
