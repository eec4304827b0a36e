"""The files of the BIDS tree that are about several studies, made from what is held of all of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

import cleanroom
from cleanroom import holdings
from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.nifti.placed import HOME
from cleanroom.nifti.standard import table
from cleanroom.nifti.subject import check
from cleanroom.records import Holding, ReleasedInstance, Visit

NOTHING = "n/a"
_BESIDE = Path(__file__).parent
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Text:
    """One file of the tree."""

    path: str
    """Relative to ``release/nifti``."""
    text: str
    patient: str = ""
    study: str = ""


def write(config: Config) -> list[ReleasedInstance]:
    """Write what is about several studies, and take away what is no longer true.

    Returns
    -------
    list of ReleasedInstance
        Rows for the manifest; none when there is no tree.

    Raises
    ------
    StopRun
        When two patients would be one subject.
    """
    root = config.output / "release" / HOME
    told = [holding for holding in holdings.every(config) if holding.visit]
    check({holding.visit.patient for holding in told if holding.visit})
    any_volume = any(scan.file for holding in told for scan in holding.scans)
    files = list(_files(config, told)) if any_volume else []
    _clear(config, root, {(HOME / file.path).as_posix() for file in files})
    for file in files:
        write_text(root / file.path, file.text, mode=0o644)
    return [_row(file) for file in files]


def _clear(config: Config, root: Path, known: set[str]) -> None:
    """Nothing stays in the tree that no study holds: a job may have been killed.

    What another call of the workflow is moving in is held before it is there, so what is there is seen first.
    """
    there = sorted(root.rglob("*"), reverse=True)
    known = known | (holdings.places(config) if there else set())
    for path in there:
        if path.is_dir():
            with suppress(OSError):
                path.rmdir()
        elif path.relative_to(root.parent).as_posix() not in known:
            path.unlink(missing_ok=True)
    with suppress(OSError):
        root.rmdir()


def _row(file: Text) -> ReleasedInstance:
    data = file.text.encode()
    return ReleasedInstance(
        path=(HOME / file.path).as_posix(),
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        kind="metadata",
        patient=file.patient,
        study=file.study,
    )


def _files(config: Config, told: list[Holding]) -> Iterator[Text]:
    columns: dict[str, dict[str, Any]] = yaml.safe_load((_BESIDE / "columns.yaml").read_text())
    subjects: dict[str, list[tuple[Visit, Holding]]] = defaultdict(list)
    for holding in told:
        if holding.visit and any(scan.file for scan in holding.scans):
            subjects[holding.visit.subject].append((holding.visit, holding))
    yield Text("dataset_description.json", _json(_description(config)))
    yield Text("README", (_BESIDE / "readme.txt").read_text())
    yield Text(".bidsignore", _ignored(str(table()["extra"])))
    yield Text(
        "participants.tsv", _tsv("participant_id", list(_participants(subjects)), columns["participants"])
    )
    for name in ("participants", "scans"):
        yield Text(f"{name}.json", _json(columns[name]))
    yield _extra(told)
    for subject, visits in sorted(subjects.items()):
        patient = visits[0][0].patient
        rows = [
            _session(visit) for visit, _ in sorted(visits, key=lambda pair: (pair[0].date, pair[0].session))
        ]
        text = _tsv("session_id", rows, columns["sessions"])
        yield Text(f"{subject}/{subject}_sessions.tsv", text, patient)
        yield Text(f"{subject}/{subject}_sessions.json", _json(columns["sessions"]), patient)
        for visit, holding in visits:
            if scans := _scans(visit, holding):
                path = f"{visit.folder}/{subject}_{visit.session}_scans.tsv"
                text = _tsv("filename", scans, columns["scans"])
                yield Text(path, text, patient, visit.session.removeprefix("ses-"))


def _ignored(folder: str) -> str:
    """For the validator of today and for the one of before, which read patterns differently."""
    return f"{folder}\n**/{folder}/**\n{folder}.tsv\n"


def _description(config: Config) -> dict[str, Any]:
    tools = [
        {
            "Name": "Cleanroom",
            "Version": cleanroom.__version__,
            "Description": "Headers and faces cleaned, in DICOM",
        },
        {"Name": "dcm2niix", "Version": version("dcm2niix"), "Description": "DICOM to NIfTI"},
    ]
    made = {
        "Name": "Cleaned images",
        "BIDSVersion": str(table()["version"]),
        "DatasetType": "raw",
        "GeneratedBy": tools,
        "SourceDatasets": [{"URL": "file:../dicom"}],
    }
    return made | config.release.dataset


def _participants(subjects: dict[str, list[tuple[Visit, Holding]]]) -> Iterator[dict[str, object]]:
    for subject, visits in sorted(subjects.items()):
        sexes = {visit.sex for visit, _ in visits if visit.sex}
        ages = [visit.age for visit, _ in visits if visit.age is not None]
        yield {
            "participant_id": subject,
            "patient": visits[0][0].patient,
            "sex": sexes.pop() if len(sexes) == 1 else None,
            "age": min(ages, default=None),
        }


def _session(visit: Visit) -> dict[str, object]:
    return {
        "session_id": visit.session,
        "study": visit.session.removeprefix("ses-"),
        "acq_time": visit.date,
        "age": visit.age,
        "weight": visit.weight,
        "height": visit.height,
    }


def _scans(visit: Visit, holding: Holding) -> Rows:
    return [
        {
            "filename": Path(scan.file).relative_to(visit.folder).as_posix(),
            "acq_time": scan.acq_time,
            "series": scan.series,
        }
        for scan in sorted(holding.scans, key=lambda scan: scan.file)
        if scan.file and not scan.reason
    ]


def _extra(told: list[Holding]) -> Text:
    """Every released series that has no name in BIDS, and why."""
    rows: Rows = [
        {
            "patient": holding.visit.patient,
            "study": holding.visit.session.removeprefix("ses-"),
            "series": scan.series,
            "file": scan.file,
            "reason": scan.reason,
        }
        for holding in told
        for scan in holding.scans
        if holding.visit and scan.reason
    ]
    rows.sort(key=lambda row: [str(value) for value in row.values()])
    return Text(
        f"{table()['extra']}.tsv",
        _tsv("patient", rows, {"study": "", "series": "", "file": "", "reason": ""}),
    )


def _tsv(first: str, rows: Rows, columns: Iterable[str]) -> str:
    """A table of BIDS; a column of which nothing is known is left out."""
    names = [first, *(name for name in columns if any(_cell(row.get(name)) != NOTHING for row in rows))]
    lines = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def _cell(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else " ".join(str(value or "").split())
    return text or NOTHING


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
