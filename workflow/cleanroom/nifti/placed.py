"""The session of a study in the release: moved in as a whole, and taken out."""

import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from cleanroom.records import TREE, Holding, NiftiFile, NiftiRecord, ReleasedInstance, ReleaseRecord, Scan
from cleanroom.study import Study
from cleanroom.tree import move, remove_empty

HOME = Path(TREE)
"""The tree, relative to the release folder."""
KINDS = frozenset(("nifti", "sidecar"))


def restore(study: Study) -> None:
    """Begin anew; a session that a killed job had taken out, but not replaced, goes back first."""
    staged = _staged(study)
    for folder in _old(staged).glob("sub-*/ses-*"):
        target = study.config.output / "release" / HOME / folder.relative_to(_old(staged))
        if not target.exists():
            move(folder, target)
    for rest in (_old(staged), staged):
        shutil.rmtree(rest, ignore_errors=True)


def stage(study: Study, passed: Collection[str], before: Holding, record: ReleaseRecord) -> None:
    """Lay the session of a study out beside the tree, and write down what it holds.

    Volumes of an earlier run whose series are no longer in the input stay; those of a series that is not
    released now go.

    Parameters
    ----------
    passed
        Series whose DICOM is released.
    before
        What stands of the study.
    record
        What this run releases: completed here.
    """
    if not study.config.release.nifti:
        return
    release, staged = study.config.output / "release", _staged(study)
    made = _made(study)
    present = {instance.series for instance in study.instances}
    new = [file for file in made.files if file.series in passed]
    stays = [file for file in before.files if file.kind in KINDS and file.series not in present]
    for file in new:
        _link(study.work / HOME.name / file.path, staged / file.path)
    for kept in stays:
        _link(release / kept.path, staged / Path(kept.path).relative_to(HOME))
    record.files += [*stays, *(_described(study, file) for file in new)]
    record.scans = [scan for scan in before.scans if scan.series not in present]
    record.scans += [scan for scan in made.scans if scan.series in passed]
    record.visit = made.visit or before.visit


def swap(study: Study, folders: set[str]) -> None:
    """Rename what is staged into the tree; what stood there goes, also when there is nothing new.

    Parameters
    ----------
    folders
        Where sessions of the study stand, or are to stand.
    """
    home, staged = study.config.output / "release" / HOME, _staged(study)
    for folder in sorted(folders):
        if (home / folder).exists():
            move(home / folder, _old(staged) / folder)
        if (staged / folder).exists():
            move(staged / folder, home / folder)
        remove_empty((home / folder).parent, home.parent)
    for rest in (_old(staged), staged):
        shutil.rmtree(rest, ignore_errors=True)


def withdraw(files: Iterable[ReleasedInstance], release: Path) -> None:
    """Take those of these files that are volumes out of the tree."""
    for file in files:
        if file.kind in KINDS:
            path = release / file.path
            path.unlink(missing_ok=True)
            remove_empty(path.parent, release)


def _staged(study: Study) -> Path:
    return study.config.output / ".staging" / f"{study.pseudonym}.nifti"


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
