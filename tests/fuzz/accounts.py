"""What became of each file: exactly one verdict, and no step that failed instead of giving one."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from zipfile import ZipFile

from cleanroom.clean.archive import member
from cleanroom.config import Config
from cleanroom.files.batch import FOLDER
from cleanroom.intake import inventory
from cleanroom.intake.walk import walk
from cleanroom.manifest import Instance
from cleanroom.records import FilesRecord, Record
from cleanroom.study import Study

SECONDS, MEGABYTES = 10.0, 1000.0
"""What one file may take."""


@dataclass
class Outcome:
    """What a batch did."""

    files: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    """Steps that failed on a study or a file, rather than saying what is wrong with it."""
    slow: list[str] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)
    """CPU seconds."""
    cpu: float = 0.0
    peak_mb: float = 0.0


def settle(made: Config, outcome: Outcome, whole: bool) -> None:
    """Count the verdicts into the outcome, and name what has none, or two.

    Parameters
    ----------
    whole
        The report has given the verdicts; otherwise they are what the steps so far say.
    """
    with inventory.opened(made.private) as base:
        rows = list(base.execute("SELECT files.*, looks.reason AS why FROM files JOIN looks USING (path)"))
    outcome.kinds = dict(Counter(row["kind"] for row in rows))
    listed = Counter(row["path"] for row in rows)
    missing = [entry.path for entry in walk(made.input) if listed[entry.path] != 1]
    outcome.failures += [f"{path!r} is not listed once" for path in missing]
    if whole:
        given = Counter({row["path"]: int(row["verdict"] != "") for row in rows})
        outcome.verdicts = dict(Counter(row["verdict"] for row in rows))
    else:
        verdicts = [(row["path"], "not for a step") for row in rows if row["why"] or not _goes_on(row)]
        verdicts += [*_instances(made), *_files(made)]
        given = Counter(path for path, _ in verdicts)
        outcome.verdicts = dict(Counter(verdict for _, verdict in verdicts))
    outcome.failures += [f"{path!r} has {given[path]} verdicts" for path in listed if given[path] != 1]
    outcome.failures += _failed(made)


def _goes_on(row: object) -> bool:
    """Whether a step after intake has to say what becomes of a file."""
    kind, number = row["kind"], row["number"]  # type: ignore[index]
    return kind in ("picture", "pdf") or bool(kind == "dicom" and number)


def _instances(made: Config) -> Iterator[tuple[str, str]]:
    for folder in sorted((made.private / "studies").iterdir()):
        if not (folder / "manifest.tsv").is_file():
            continue
        study = Study(made, folder.name)
        rows = [row for name in ("clean", "redact") for row in Record.load(study.record_path(name)).set_aside]
        with ZipFile(study.work / "headers.zip") as headers:
            names = set(headers.namelist())
        for item in study.instances:
            aside = any(_holds(row, item) for row in rows)
            if aside or member(item.series, item.number) in names:
                yield item.path, "set aside" if aside else "cleaned"


def _holds(row: object, item: Instance) -> bool:
    return row.series == item.series and (not row.numbers or item.number in row.numbers)  # type: ignore[attr-defined]


def _files(made: Config) -> Iterator[tuple[str, str]]:
    record = FilesRecord.load(made.private / FOLDER / "text.json")
    yield from ((file.path, "cleaned") for file in record.files)
    yield from ((path, "set aside") for row in record.set_aside for path in row.numbers)


def _failed(made: Config) -> Iterator[str]:
    """Reasons of a step that failed, in whatever record."""
    for path in [*made.private.glob("studies/*/*.json"), *(made.private / FOLDER).glob("*.json")]:
        content = json.loads(path.read_text())
        for row in content.get("set_aside", []) if isinstance(content, dict) else []:
            if " failed (" in row["reason"] or "could not be finished" in row["reason"]:
                yield f"{path.parent.name}: {row['reason']}"
