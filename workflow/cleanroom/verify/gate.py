"""The gate: what passes may be released, everything else is set aside with a reason."""

import shutil
from contextlib import closing

from cleanroom.records import SetAsideRow, VerifyRecord
from cleanroom.review import doubt
from cleanroom.study import Study
from cleanroom.verify import waiting
from cleanroom.verify.findings import UNFINISHED, Findings
from cleanroom.verify.identities import Identities
from cleanroom.verify.judgement import CHECKS, Judge
from cleanroom.verify.rereading import IDENTIFIES
from cleanroom.verify.search import Search
from cleanroom.verify.subject import policy, subjects
from cleanroom.verify.survey import survey

_AGAIN = "run again with --forceall --config studies=<the study>; if it stays, report it as a bug"
FIXES = {
    "identities": "leave the series out, or report the element named: the profile has to clean it",
    "pixels": _AGAIN,
    "geometry": "leave the series out: without what was removed it converts to something else",
    "references": _AGAIN,
    "marks": _AGAIN,
    "dates": _AGAIN,
    "conformance": "leave the series out, or report the element named as a bug",
    "face": "choose a tool for this series under `faces.rules` in config.yaml (`none`: keep, with a reason)",
    "words": "look at the pictures; cover them with a rectangle under `text.boxes` in config.yaml",
    "tallies": _AGAIN,
}
"""What a person can do when a check finds something."""


def verify_study(study: Study) -> VerifyRecord:
    """Judge what would be released of a study, and write ``verdict.json``.

    A series in which any check finds anything is set aside whole; the others pass.

    Parameters
    ----------
    study
        A study after ``encode``: its files lie in ``encoded/<series>/<number>.dcm``.

    Returns
    -------
    VerifyRecord
        What passed, and for every series and check ``passed``, ``not applicable`` or what was found.
    """
    judged = subjects(study)
    allowed = policy(study)
    shutil.rmtree(study.folder / "pictures", ignore_errors=True)
    found = survey(study, judged, allowed)
    search = Search(found.vocabulary)
    judge = Judge(found, Identities(search), search, allowed, study)
    record = VerifyRecord()
    with closing(judge.documents):
        for series in judged:
            findings = judge.judge(series, record)
            rows = _rows(series.pseudonym, findings)
            if _doubt(findings, record.pictures[series.pseudonym]):
                rows = _undecided(study, rows, record.checks[series.pseudonym], findings)
            record.set_aside += rows
            if not rows:
                record.passed[series.pseudonym] = [row.number for row in series.rows]
    waiting.draw(study, record)
    gone = {row.series for row in study.instances} - record.passed.keys()
    record.dangling = {
        name: sorted(targets) for name in record.passed if (targets := judge.refers[name] & gone)
    }
    return record


def _doubt(findings: Findings, pictures: list[str]) -> bool:
    """Whether what was found is a matter of judgement, with pictures to judge by.

    A word that identifies never is, nor is a check that could not be finished.
    """
    judged = not findings.clean and findings.only({"face", "words"}) and bool(pictures)
    return judged and not findings.says(IDENTIFIES, UNFINISHED)


def _undecided(
    study: Study, rows: list[SetAsideRow], checks: dict[str, str], findings: Findings
) -> list[SetAsideRow]:
    """The rows of a doubtful series; none when a person has looked at these very files and released them."""
    told = [f"{check}: {text}" for check in CHECKS if (text := findings.told(check))]
    numbers = [instance.number for instance in study.instances if instance.series == rows[0].series]
    seen = doubt.encoded_seen(study, rows[0].series, numbers, *told)
    left = [row for row in rows if doubt.settled(study, row, seen)]
    for row in left:
        row.fix = f"{doubt.LOOK}; or {row.fix}"
    if not left:
        checks.update(
            {check: f"{doubt.LOOKED}: {text}" for check in CHECKS if (text := findings.told(check))}
        )
    return left


def _rows(series: str, findings: Findings) -> list[SetAsideRow]:
    """The row of a series that does not pass: its first check that found something."""
    told = next(((check, text) for check in CHECKS if (text := findings.told(check))), None)
    if told is None:
        return []
    check, text = told
    return [SetAsideRow(series=series, step="verify", reason=f"check of {check}: {text}", fix=FIXES[check])]
