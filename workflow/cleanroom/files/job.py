"""One picture or PDF, from the original to its cleaned copy."""

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cleanroom.atomic import replacing, write_text
from cleanroom.errors import SetAside
from cleanroom.files.covering import Beat
from cleanroom.files.pdf import cleaned_pdf
from cleanroom.files.redacted import Redacted, cleaned_picture
from cleanroom.header.identifying import Identifying
from cleanroom.reading import words
from cleanroom.reading.goes import Choice, chooser
from cleanroom.records import CleanedFile
from cleanroom.source import opened

MOST_BYTES = 500_000_000
_TOO_LARGE = SetAside("a file of more than 500 MB", "leave it out of the delivery")


@dataclass(frozen=True)
class Job:
    """What the process needs to know."""

    root: Path
    path: str
    kind: str
    patient: str
    pseudonym: str
    state: str
    target: Path
    """The folder of cleaned files."""
    words: Choice
    identifying: Identifying
    pages: int
    looked_at: bool


def clean(job: Job, beat: Beat) -> CleanedFile:
    """Clean one file into ``<target>/<pseudonym>.<extension>``."""
    data = original(job.root, job.path)
    done = _redacted(job, data, beat)
    name = f"{job.pseudonym}.{done.extension}"
    with replacing(job.target / name, durable=False) as part:
        part.write_bytes(done.data)
    file = CleanedFile(
        path=job.path,
        kind=job.kind,
        patient=job.patient,
        name=name,
        source=sha256(data).hexdigest(),
        sha256=sha256(done.data).hexdigest(),
        state=job.state,
        boxes=done.boxes,
        how=done.how,
    )
    write_text(job.target / f"{job.pseudonym}.json", file.model_dump_json() + "\n")
    return file


def original(root: Path, path: str) -> bytes:
    """The bytes of an input file.

    Raises
    ------
    SetAside
        When there are none, or too many.
    """
    with opened(root, path) as file:
        _refuse_large(file)
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _TOO_LARGE
    return data


def _refuse_large(file: BinaryIO) -> None:
    """Before anything is read, where the file system knows."""
    with suppress(OSError):
        if os.fstat(file.fileno()).st_size > MOST_BYTES:
            raise _TOO_LARGE


def _redacted(job: Job, data: bytes, beat: Beat) -> Redacted:
    eyes = None if job.words == "never" else words
    goes = chooser(job.words, job.identifying)
    if job.kind == "picture":
        return cleaned_picture(data, eyes, goes, beat)
    return cleaned_pdf(data, eyes, goes, most=job.pages, with_pictures=job.looked_at, beat=beat)
