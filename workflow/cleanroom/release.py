"""The step: what passed the gate is staged beside the release tree and renamed into it."""

import os
import shutil
from pathlib import Path

import pydicom

from cleanroom import faults, holdings
from cleanroom.errors import SetAside
from cleanroom.hashed import hashed
from cleanroom.nifti import placed
from cleanroom.records import ReleasedInstance, ReleaseRecord, SetAsideRow, VerifyRecord
from cleanroom.review import doubt
from cleanroom.study import Study
from cleanroom.tree import move, remove_empty, take_out


def release_study(study: Study) -> ReleaseRecord:
    """Put every series that passed into ``release/dicom/<patient>/<study>/`` and take out those that did not.

    A series of an earlier run whose files are no longer in the input stays; one that is set aside now goes.
    """
    staging = study.config.output / ".staging" / study.pseudonym
    root = study.config.output / "release"
    home = Path("dicom") / study.patient / study.pseudonym
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    placed.restore(study)
    known = holdings.load(study.config, study.pseudonym)
    before = known.standing(root)
    present = {instance.series for instance in study.instances}
    record = _staged(study, staging, home)
    passed = set(record.seen)
    record.files = [
        *(item for item in before.files if item.kind == "dicom" and item.series not in present),
        *record.files,
    ]
    placed.stage(study, passed, before, record)
    holdings.expect(study.config, study.pseudonym, known, record.holding)
    for series in sorted(present):
        _swap(staging / series, root / home / series)
    shutil.rmtree(staging)
    placed.swap(study, {version.visit.folder for version in [*known.versions, record] if version.visit})
    earlier = {
        Path(item.path).parent for item in known.files if item.kind == "dicom" and item.series in present
    }
    take_out(root, earlier - {home / series for series in present})
    remove_empty(root / home, root)
    holdings.hold(study.config, study.pseudonym, record.holding)
    return record


def _staged(study: Study, staging: Path, home: Path) -> ReleaseRecord:
    """Lay what may be released out in ``staging``, to stand in ``home``."""
    verdict = VerifyRecord.load(study.record_path("verify"))
    passed = verdict.passed
    held = [row for series, numbers in sorted(passed.items()) for row in _held(study, series, numbers)]
    record = ReleaseRecord(set_aside=study.set_aside(before="release") + held)
    for series in sorted(passed.keys() - {row.series for row in held}):
        numbers = passed[series]
        try:
            _stage(study.work / "encoded" / series, staging / series, numbers)
            files = [_describe(study, series, staging / series / f"{n}.dcm", home) for n in numbers]
            _check_judged(files, [verdict.sha256.get(series, {}).get(number) for number in numbers])
        except Exception as error:
            failed = faults.aside(error, "release", study)
            shutil.rmtree(staging / series, ignore_errors=True)
            record.set_aside.append(SetAsideRow.of(series, "release", failed))
            continue
        record.seen[series] = doubt.digests_seen(file.sha256 for file in sorted(files, key=lambda f: f.path))
        record.files += files
    return record


def _check_judged(files: list[ReleasedInstance], judged: list[str | None]) -> None:
    if [file.sha256 for file in files] != judged:
        raise SetAside(
            "a file is not the one that the gate has judged",
            "run again with --forceall and this study in `studies`; nothing else may write to private/work",
        )


def _held(study: Study, series: str, numbers: list[str]) -> list[SetAsideRow]:
    """The row of a series that passed and that a person rejected, or has not released yet."""
    standing = study.standing(series)
    if not (standing.rejected or standing.held or study.config.release.require_review == "all"):
        return []
    seen = doubt.encoded_seen(study, series, numbers)
    if standing.rejected:
        reason, fix = "a person rejected it: private/review.tsv says why", "decide otherwise in the review"
        return [SetAsideRow(series=series, step="release", reason=reason, fix=fix, seen=seen)]
    reason = "it passed and waits for a person's approval"
    fix = "look at it with `python -m cleanroom review` and decide"
    row = doubt.settled(study, SetAsideRow(series=series, step="release", reason=reason, fix=fix), seen)
    return [row] if row else []


def _stage(source: Path, target: Path, numbers: list[str]) -> None:
    target.mkdir()
    for number in numbers:
        name = f"{number}.dcm"
        try:
            os.link(source / name, target / name)
        except OSError:  # another file system
            shutil.copyfile(source / name, target / name)
        (target / name).chmod(0o644)
        with (target / name).open("rb") as file:
            os.fsync(file.fileno())


def _describe(study: Study, series: str, path: Path, home: Path) -> ReleasedInstance:
    meta = pydicom.filereader.read_file_meta_info(path)
    return ReleasedInstance(
        path=(home / series / path.name).as_posix(),
        sha256=hashed(path),
        bytes=path.stat().st_size,
        patient=study.patient,
        study=study.pseudonym,
        series=series,
        sop_class=meta.MediaStorageSOPClassUID,
        sop_instance_uid=meta.MediaStorageSOPInstanceUID,
    )


def _swap(new: Path, home: Path) -> None:
    """Rename ``new`` to ``home``; what stood there goes, also when there is nothing new."""
    old = new.with_name(f"{new.name}.old")
    if home.exists():
        home.rename(old)
    if new.exists():
        move(new, home)
