"""Results of which Snakemake does not know from what they were made: they are made again.

It notes that when a job has ended, and does not bring it to the disk: after a loss of power the notes of the
last half minute are empty. A process that is killed may leave a result, or half of one, with the mark of an
unfinished job, and behind a checkpoint Snakemake looks at no marks. No change of the input, the config or the
code would ever make such results anew.
"""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cleanroom.config import Config
from cleanroom.step import FOLDERS
from cleanroom.study import RECORDS

_LAST_SECONDS = 600.0
"""Of the notes that were written last the content is looked at, of the others the size."""
_BESIDE = FOLDERS | {"clean": "work/{study}/headers.zip"}
"""Step → what its job leaves besides the record."""
_HOLE = b"\0"
"""What a disk gives for what never reached it; a note is text."""
_LONG_AGO = (1, 1)
"""A time before that of any input."""


def make_again(folder: Path, config: Config) -> int:
    """Have results without a note made again; nobody else may be at work in this working folder.

    A record gets a time before that of its inputs: Snakemake asks for a missing one only to make a later one.

    Parameters
    ----------
    folder
        ``.snakemake`` in the working folder.
    config
        Where results are.

    Returns
    -------
    int
        Of how many jobs.
    """
    notes = list(_files(str(folder / "metadata")))
    newest = max((entry.stat().st_mtime for entry in notes), default=0.0)
    lost = {entry for entry in notes if _is_lost(entry, newest - _LAST_SECONDS)}
    marks = list(_files(str(folder / "incomplete")))
    results = {_result(entry, folder / "metadata") for entry in lost}
    results |= {_result(entry, folder / "incomplete") for entry in marks}
    jobs = {job[0]: job for result in results if (job := _job(result, config)) and job[0].exists()}
    if jobs or lost:
        gone = {path for job in jobs.values() for path in job}
        for entry in notes:
            if entry in lost or _result(entry, folder / "metadata") in gone:
                Path(entry.path).unlink()
    for result in jobs:
        _age(result, config)
    return len(jobs)


def _job(result: Path, config: Config) -> list[Path]:
    """What the job that made a result leaves, first what tells whether it has to run; nothing if not ours."""
    if result.is_relative_to(config.private):
        parts = result.relative_to(config.private).parts
        for step, beside in _BESIDE.items():
            first, _, name = beside.split("/")
            record = RECORDS[step]
            if len(parts) == 3 and parts in (("studies", parts[1], record), (first, parts[1], name)):
                study = config.private / "studies" / parts[1]
                return [study / record, config.private / first / parts[1] / name]
        if (
            result.suffix == ".json"
            or result.parent.name in ("tools", "parts")
            or result.name == "studies.tsv"
        ):
            return [result]
    elif not result.is_relative_to(config.output):
        return []
    return [config.output / "report" / "report.json"]


def _age(result: Path, config: Config) -> None:
    if result.is_dir():
        shutil.rmtree(result, ignore_errors=True)
    elif result.suffix == ".json" and result.is_relative_to(config.private):
        os.utime(result, _LONG_AGO)
    else:
        result.unlink()


def _result(entry: "os.DirEntry[str]", folder: Path) -> Path:
    """The path by which Snakemake has named a note; a long one lies in folders."""
    *parts, last = Path(entry.path).relative_to(folder).parts
    name = "".join([*(part.removeprefix("@") for part in parts), last])
    try:
        return Path(base64.urlsafe_b64decode(name).decode())
    except ValueError:
        return Path(entry.path)


def _files(folder: str) -> "Iterator[os.DirEntry[str]]":
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                yield entry


def _is_lost(entry: "os.DirEntry[str]", since: float) -> bool:
    state = entry.stat()
    if state.st_size == 0:
        return True
    if state.st_mtime < since:
        return False
    note = Path(entry.path).read_bytes()
    return _HOLE in note or not note.rstrip().endswith(b"}")
