"""The step: what passed the gate is staged beside the release tree and renamed into it."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path

import pydicom

from cleanroom import faults, intact
from cleanroom.config import Config
from cleanroom.errors import SetAside
from cleanroom.nifti import placed
from cleanroom.records import ReleasedInstance, ReleaseRecord, SetAsideRow, VerifyRecord
from cleanroom.review import doubt
from cleanroom.study import Study


def release_study(study: Study) -> ReleaseRecord:
    """Put every series that passed into ``release/dicom/<patient>/<study>/`` and take out those that did not.

    A series of an earlier run whose files are no longer in the input stays; one that is set aside now goes.
    """
    staging = study.config.output / ".staging" / study.pseudonym
    root = study.config.output / "release"
    home = Path("dicom") / study.patient / study.pseudonym
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    before = _earlier(study)
    earlier = [file for file in before.files if file.kind == "dicom"]
    verdict = VerifyRecord.load(study.record_path("verify"))
    passed = verdict.passed
    held = [row for series, numbers in sorted(passed.items()) for row in _held(study, series, numbers)]
    passed = {series: passed[series] for series in passed.keys() - {row.series for row in held}}
    record = ReleaseRecord(
        set_aside=study.set_aside(before="release") + held,
        files=[item for item in earlier if item.series not in _present(study)],
    )
    for series, numbers in sorted(passed.items()):
        try:
            _stage(study.work / "encoded" / series, staging / series, numbers)
            files = [_describe(study, series, staging / series / f"{n}.dcm", home) for n in numbers]
            _check_judged(files, [verdict.sha256.get(series, {}).get(number) for number in numbers])
        except Exception as error:
            failed = faults.aside(error, "release", study)
            shutil.rmtree(staging / series, ignore_errors=True)
            record.set_aside.append(SetAsideRow.of(series, "release", failed))
            del passed[series]
            continue
        record.seen[series] = doubt.digests_seen(file.sha256 for file in sorted(files, key=lambda f: f.path))
        record.files += files
    homes = {home / series for series in _present(study)}
    for series in sorted(_present(study)):
        _swap(staging / series, root / home / series)
    shutil.rmtree(staging)
    placed.place(study, passed.keys(), before, record)
    _remove(root, {Path(item.path).parent for item in earlier if item.series in _present(study)} - homes)
    _remove_empty([root / home, root / home.parent, staging.parent])
    return record


def _check_judged(files: list[ReleasedInstance], judged: list[str | None]) -> None:
    if [file.sha256 for file in files] != judged:
        raise SetAside(
            "a file is not the one that the gate has judged",
            "run again with --forceall and this study in `studies`; nothing else may write to private/work",
        )


def withdraw(config: Config, series: Iterable[tuple[str, str]]) -> None:
    """Take series out of the release that intake sets aside now: no other step sees them.

    Parameters
    ----------
    series
        Pseudonyms of study and series.
    """
    gone: dict[str, set[str]] = defaultdict(set)
    for study, name in series:
        gone[study].add(name)
    for study, names in gone.items():
        path = config.private / "studies" / study / "released.json"
        if not path.is_file():
            continue
        record = ReleaseRecord.load(path)
        root = config.output / "release"
        dicom = {Path(f.path).parent for f in record.files if f.series in names and f.kind == "dicom"}
        _remove(root, dicom)
        placed.withdraw(record, names, root)
        record.files = [file for file in record.files if file.series not in names]
        record.save(path)
        for place in {path.parent for path in dicom}:
            intact.stamp_study(config, study, place.as_posix(), record)


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


def _remove(root: Path, folders: Iterable[Path]) -> None:
    """Folders of series, with the folders around them that are empty then."""
    for folder in sorted(folders):
        shutil.rmtree(root / folder, ignore_errors=True)
        _remove_empty([root / folder.parent, root / folder.parent.parent])


def _present(study: Study) -> set[str]:
    return {instance.series for instance in study.instances}


def _earlier(study: Study) -> ReleaseRecord:
    path = study.folder / "released.json"
    return ReleaseRecord.load(path) if path.is_file() else ReleaseRecord()


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
    with path.open("rb") as file:
        digest = file_digest(file, "sha256")
    meta = pydicom.filereader.read_file_meta_info(path)
    return ReleasedInstance(
        path=(home / series / path.name).as_posix(),
        sha256=digest.hexdigest(),
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
        home.parent.mkdir(parents=True, exist_ok=True)
        new.rename(home)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
