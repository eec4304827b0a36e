"""The session of a study in the release: moved in as a whole, and taken out."""

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from cleanroom.records import NiftiFile, NiftiRecord, ReleasedInstance, ReleaseRecord, Scan
from cleanroom.study import Study

HOME = Path("nifti")
"""The tree, relative to the release folder."""
KINDS = frozenset(("nifti", "sidecar"))
_TRIES = 5


def place(study: Study, passed: Collection[str], earlier: ReleaseRecord, record: ReleaseRecord) -> None:
    """Rename the session of a study into ``release/nifti`` and write down what it holds.

    Volumes of an earlier run whose series are no longer in the input stay; those of a series that is not
    released now go.

    Parameters
    ----------
    passed
        Series whose DICOM is released.
    earlier
        What the last run released of the study.
    record
        What this one does: completed here.
    """
    release = study.config.output / "release"
    staged = study.config.output / ".staging" / f"{study.pseudonym}.nifti"
    _restore(staged, release / HOME)
    if study.config.release.nifti:
        made = _made(study)
        present = {instance.series for instance in study.instances}
        new = [file for file in made.files if file.series in passed]
        stays = [file for file in earlier.files if file.kind in KINDS and file.series not in present]
        for file in new:
            _link(study.work / HOME.name / file.path, staged / file.path)
        for kept in stays:
            _link(release / kept.path, staged / Path(kept.path).relative_to(HOME))
        record.files += [*stays, *(_described(study, file) for file in new)]
        record.scans = [scan for scan in earlier.scans if scan.series not in present]
        record.scans += [scan for scan in made.scans if scan.series in passed]
        record.visit = made.visit or earlier.visit
    _swap(staged, release / HOME, {visit.folder for visit in (earlier.visit, record.visit) if visit})


def withdraw(record: ReleaseRecord, names: Collection[str], release: Path) -> None:
    """Take the volumes of series out of the tree, and out of the record."""
    for file in record.files:
        if file.kind in KINDS and file.series in names:
            path = release / file.path
            path.unlink(missing_ok=True)
            _remove_empty(path.parent, release)
    record.scans = [scan for scan in record.scans if scan.series not in names]


def _made(study: Study) -> NiftiRecord:
    """What the step left; of one that failed the reasons."""
    path = study.record_path("nifti")
    record = NiftiRecord.load(path) if path.is_file() else NiftiRecord()
    record.scans += [Scan(series=row.series, reason=row.reason) for row in record.set_aside]
    return record


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)
    target.chmod(0o644)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _described(study: Study, file: NiftiFile) -> ReleasedInstance:
    return ReleasedInstance(
        path=(HOME / file.path).as_posix(),
        sha256=file.sha256,
        bytes=file.bytes,
        kind=file.kind,
        patient=study.patient,
        study=study.pseudonym,
        series=file.series,
    )


def _old(staged: Path) -> Path:
    return staged.with_name(f"{staged.name}.old")


def _restore(staged: Path, home: Path) -> None:
    """Begin anew; a session that a killed job had taken out, but not replaced, goes back first."""
    for folder in _old(staged).glob("sub-*/ses-*"):
        target = home / folder.relative_to(_old(staged))
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(target)
    for rest in (_old(staged), staged):
        shutil.rmtree(rest, ignore_errors=True)


def _swap(staged: Path, home: Path, folders: set[str]) -> None:
    """Rename what is staged into the tree; what stood there goes, also when there is nothing new."""
    for folder in sorted(folders):
        if (home / folder).exists():
            _rename(home / folder, _old(staged) / folder)
        if (staged / folder).exists():
            _rename(staged / folder, home / folder)
        _remove_empty((home / folder).parent, home.parent)
    for rest in (_old(staged), staged):
        shutil.rmtree(rest, ignore_errors=True)
    _remove_empty(staged.parent, staged.parent.parent)


def _rename(source: Path, target: Path) -> None:
    """Another job may take the folder around it away while it is empty."""
    for _ in range(_TRIES - 1):
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            source.rename(target)
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def _remove_empty(folder: Path, stop: Path) -> None:
    while folder != stop:
        with suppress(OSError):
            folder.rmdir()
        folder = folder.parent
