"""What the steps wrote down about one study."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from cleanroom import manifest
from cleanroom.config import Config
from cleanroom.manifest import Instance
from cleanroom.provenance import StepTime
from cleanroom.records import (
    CleanRecord,
    EncodeRecord,
    FaceRecord,
    FilesRecord,
    FilesVerdict,
    NiftiRecord,
    Record,
    ReleaseRecord,
    SetAsideRow,
    TextRecord,
    VerifyRecord,
    VolumeRecord,
)
from cleanroom.study import BEFORE, RECORDS, Study


@dataclass(frozen=True)
class Evidence:
    """One study: its instances and every record that is there; a missing one is empty."""

    study: str
    work: Path
    instances: list[Instance]
    clean: CleanRecord
    text: TextRecord
    faces: FaceRecord
    verify: VerifyRecord
    release: ReleaseRecord
    times: list[StepTime]
    unfinished: str
    """The first step that left no record; empty when the study was taken to its end."""

    @property
    def set_aside(self) -> list[SetAsideRow]:
        """What was set aside, in the order of the steps."""
        return [row for time in self.times for row in time.record.set_aside]


def load(config: Config, pseudonym: str) -> Evidence:
    """Read the manifest and the records of a study.

    Parameters
    ----------
    config
        Where the private folder is.
    pseudonym
        The study.
    """
    study = Study(config, pseudonym)
    kinds: dict[str, tuple[type[Record], Path]] = {
        "clean": (CleanRecord, study.record_path("clean")),
        "redact": (TextRecord, study.record_path("redact")),
        "convert": (VolumeRecord, study.record_path("convert")),
        "deface": (FaceRecord, study.record_path("deface")),
        "encode": (EncodeRecord, study.record_path("encode")),
        "verify": (VerifyRecord, study.record_path("verify")),
        "release": (ReleaseRecord, study.record_path("release")),
    }
    if config.release.nifti:
        kinds["nifti"] = (NiftiRecord, study.record_path("nifti"))
    times = list(_times(kinds, pseudonym))
    if not {time.step for time in times}.issuperset(BEFORE["release"]):
        times = [time for time in times if time.step != "release"]  # an earlier run's
    records = {time.step: time.record for time in times}
    missing = [step for step in kinds if step not in records]
    found = {step: records.get(step, kind()) for step, (kind, _) in kinds.items()}
    listed = study.folder / "manifest.tsv"
    return Evidence(
        study=pseudonym,
        work=study.folder,
        instances=manifest.read(listed) if listed.is_file() else [],
        clean=CleanRecord.model_validate(found["clean"]),
        text=TextRecord.model_validate(found["redact"]),
        faces=FaceRecord.model_validate(found["deface"]),
        verify=VerifyRecord.model_validate(found["verify"]),
        release=ReleaseRecord.model_validate(found["release"]),
        times=times,
        unfinished=missing[0] if "release" in missing else "",
    )


def intake(config: Config) -> list[StepTime]:
    """What intake wrote about its last run."""
    return list(_times({"intake": (Record, config.private / "intake.json")}))


def files(config: Config) -> list[StepTime]:
    """What the steps decided about pictures and PDFs; empty when they have not run."""
    work = config.private / "work" / "files"
    kinds: dict[str, tuple[type[Record], Path]] = {
        "redact": (FilesRecord, work / RECORDS["redact"]),
        "verify": (FilesVerdict, work / RECORDS["verify"]),
        "release": (ReleaseRecord, config.private / "files" / "released.json"),
    }
    return list(_times(kinds))


def _times(kinds: dict[str, tuple[type[Record], Path]], study: str = "") -> Iterator[StepTime]:
    for step, (kind, path) in kinds.items():
        try:
            record = kind.load(path)
        except (FileNotFoundError, ValidationError):
            continue
        ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield StepTime(step, record, ended - timedelta(seconds=record.seconds), ended, study)
