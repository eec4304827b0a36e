"""The step: the released series of a study as a session of the BIDS tree."""

import logging
import shutil
import tempfile
from pathlib import Path

from cleanroom.errors import SetAside
from cleanroom.nifti.known import identities
from cleanroom.nifti.session import Found, named, volumes
from cleanroom.nifti.subject import visit
from cleanroom.nifti.writing import Session
from cleanroom.records import NiftiRecord, Scan, VerifyRecord
from cleanroom.study import Study
from cleanroom.verify.subject import Series, policy, subjects

log = logging.getLogger(__name__)


def nifti_study(study: Study) -> NiftiRecord:
    """Write ``work/<study>/nifti`` from the instances that passed the gate; nothing when it is off.

    What cannot be written of a series is said in the record, and costs nothing of the released DICOM.
    """
    target = study.work / "nifti"
    shutil.rmtree(target, ignore_errors=True)
    if not study.config.release.nifti:
        return NiftiRecord()
    allowed = policy(study)
    passed = VerifyRecord.load(study.record_path("verify")).passed
    person = visit(study.pseudonym, study.patient, _first(study, passed), allowed.options)
    record = NiftiRecord()
    with tempfile.TemporaryDirectory(dir=study.scratch, prefix=".nifti") as scratch:
        found: list[Found] = []
        for series in subjects(study):
            if series.pseudonym in passed:
                found += _series(series, passed[series.pseudonym], Path(scratch), allowed.options, record)
        session = Session(target, person, identities(study, allowed), allowed.options, record)
        for item in named(found):
            session.write(item)
    record.scans.sort(key=lambda scan: (scan.series, scan.file))
    times = sorted(scan.acq_time for scan in record.scans if scan.acq_time)
    record.visit = person.model_copy(update={"date": times[0] if times else ""})
    return record


def _first(study: Study, passed: dict[str, list[str]]) -> Path | None:
    names = (f"{series}/{number}.dcm" for series in sorted(passed) for number in passed[series])
    first = next(names, None)
    return study.work / "encoded" / first if first else None


def _series(
    series: Series, numbers: list[str], scratch: Path, options: frozenset[str], record: NiftiRecord
) -> list[Found]:
    home = scratch / series.pseudonym
    home.mkdir()
    try:
        return volumes(series, numbers, home, options)
    except SetAside as error:
        reason = error.reason
    except (ValueError, ArithmeticError, KeyError, TypeError) as error:
        log.exception("%s: no NIfTI could be made", series.pseudonym)
        reason = f"no NIfTI could be made ({type(error).__name__})"
    record.scans.append(Scan(series=series.pseudonym, reason=reason))
    return []
