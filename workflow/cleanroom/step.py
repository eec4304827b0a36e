"""Runs one step on one study, so that whatever goes wrong stays with that study."""

import os
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from zipfile import ZipFile

from cleanroom import faults, intact, killed, lock, source
from cleanroom.atomic import settle
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.provenance.made import made
from cleanroom.records import Made, Record, ReleaseRecord, SetAsideRow
from cleanroom.review.applied import decided
from cleanroom.steps import FUNCTIONS
from cleanroom.study import BEFORE, Study

FOLDERS = {
    "redact": "work/{study}/documents",
    "convert": "work/{study}/volumes",
    "deface": "work/{study}/faces",
    "encode": "work/{study}/encoded",
    "verify": "studies/{study}/pictures",
    "nifti": "work/{study}/nifti",
}
"""What a step leaves in ``private/`` besides its record, empty when it fails."""
TAKES = {
    "deface": ("volumes",),
    "encode": ("headers.zip", "documents", "volumes", "faces"),
    "verify": ("volumes", "faces", "encoded"),
    "nifti": ("volumes", "faces", "encoded"),
    "release": ("encoded", "nifti"),
}
"""What a step takes from the work folder of its study."""


def run(step: str, study: Study) -> None:
    """Run a step on a study and write its record.

    Raises
    ------
    StopRun
        When a disk is full or fails, or the input changes: not the study's fault, the next call goes on.
    """
    study.work.mkdir(parents=True, exist_ok=True)
    with lock.alone(held := study.work / f".{step}.lock"):
        _run(step, study, held)


def _run(step: str, study: Study, held: Path) -> None:
    module, name = FUNCTIONS[step]
    path = study.record_path(step)
    started = time.perf_counter()
    source.failed.clear()
    killed.seen.clear()
    study = decided(study)
    folder = study.config.private / FOLDERS.get(step, "work/{study}").format(study=study.pseudonym)
    folder.mkdir(parents=True, exist_ok=True)
    taken = [held, *faults.taken(study, step, TAKES.get(step, ()))]
    record = guarded(getattr(import_module(module), name), step, study)
    faults.check_taken(taken)
    _check_machine(step, study, record)
    folder.mkdir(exist_ok=True)
    record.seconds = round(time.perf_counter() - started, 3)
    record.peak_mb = round(peak_mb(), 1)
    if step == "clean" and not (study.work / "headers.zip").exists():
        ZipFile(study.work / "headers.zip", "w").close()
    record.made = _made(step, study, record, folder)
    settled(study.config, folder if step in FOLDERS else None)
    record.save(path)
    if step == "release":
        assert isinstance(record, ReleaseRecord)
        home = f"dicom/{study.patient}/{study.pseudonym}"
        intact.stamp_study(study.config, study.pseudonym, home, record)


def settled(config: Config, wrote: Path | None) -> None:
    """Bring what a record promises to the disk before the record, so that no loss of power parts them.

    Of another disk than the record's that is the release, and what Snakemake notes of the job.

    Parameters
    ----------
    wrote
        A folder whose files are not on the disk yet.
    """
    disk = config.private.stat().st_dev
    others = (place for place in (config.output, Path.cwd()) if place.is_dir())
    filled = wrote is not None and any(names for _, _, names in os.walk(wrote))
    settle(
        *(place for place in others if place.stat().st_dev != disk), *([wrote] if wrote and filled else [])
    )


def _check_machine(step: str, study: Study, record: Record) -> None:
    """Refuse a record that was made while the machine failed: what it sets aside may be whole."""
    if step not in ("nifti", "release"):
        faults.check_input(study)
    if source.failed:
        raise StopRun(
            f"A disk or the network failed while the input was read ({', '.join(sorted(source.failed))}).",
            "see that it works, and run the same command again",
        )
    if killed.seen:
        raise killed.Killed(min(killed.seen))
    if record.set_aside and faults.full(study.config):
        raise faults.no_space(study.config)


def _made(step: str, study: Study, record: Record, folder: Path) -> Made:
    before = [study.record_path(name) for name in BEFORE[step]]
    wrote = [folder] if step in FOLDERS else [study.work / "headers.zip"] if step == "clean" else []
    inputs = [path for path in (study.folder / "manifest.tsv", *before) if path.is_file()]
    return made(step, study.config, inputs, record, wrote)


def took_in(config: Config, seconds: float) -> None:
    """Write down how the input was taken in: ``private/intake.json``."""
    record = Record(seconds=round(seconds, 3), peak_mb=round(peak_mb(), 1))
    manifests = sorted((config.private / "studies").glob("*/manifest.tsv"))
    record.made = made("intake", config, [], record, [config.private / "studies.tsv", *manifests])
    record.save(config.private / "intake.json")


def guarded(function: Callable[[Study], Record], step: str, study: Study) -> Record:
    """The step's record; after a failure one that sets every series aside that was left."""
    try:
        return function(study)
    except Exception as error:
        failed = faults.aside(error, step, study)
        if step == "release":  # what of it stands in the release is not known
            raise
    return Record(set_aside=[SetAsideRow.of(series, step, failed) for series in study.series(step)])


def peak_mb() -> float:
    """The most memory this process or a child of it has held, in MB."""
    scale = 1 if sys.platform == "darwin" else 1024
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in both) * scale / 1e6
