"""PDFs inside DICOM objects: rebuilt from pictures of their pages, in a process with limits."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cleanroom.atomic import replacing
from cleanroom.config import TextRule
from cleanroom.errors import SetAside
from cleanroom.files.covering import Beat
from cleanroom.files.job import MOST_BYTES
from cleanroom.files.pdf import TONAL, cleaned_pdf
from cleanroom.files.rules import NO_PDF
from cleanroom.files.worker import Worker
from cleanroom.header.identifying import Identifying
from cleanroom.manifest import Instance
from cleanroom.reading import words
from cleanroom.reading.goes import Choice, chooser
from cleanroom.records import Document
from cleanroom.redact.about import dataset_of
from cleanroom.redact.series import RELEASE, Covered
from cleanroom.study import Study

_AGAIN = "export it again, or leave it out of the input"


@dataclass(frozen=True)
class Job:
    """What the process needs to know of one PDF."""

    root: Path
    instance: Instance
    target: Path
    words: Choice
    identifying: Identifying
    pages: int
    looked_at: bool
    """Whether a rule of the config lets pictures out."""


def rebuild(study: Study, instances: list[Instance], rule: TextRule, covered: Covered) -> None:
    """Rebuild the PDFs of a series into ``documents``, and add to ``covered`` what became of them.

    Those that cannot be rebuilt are in ``covered.unread``.
    """
    worker = Worker(rebuilt)
    try:
        for instance in instances:
            try:
                if not study.config.pdf.release:
                    raise SetAside(NO_PDF, "set it to true")
                document: Document = worker.do(_job(study, instance, rule))
            except SetAside as error:
                covered.unread[instance.number] = error
                continue
            covered.documents[instance.number] = document
            covered.frames_read += len(document.boxes) if rule.words != "never" else 0
    finally:
        worker.close()


def _job(study: Study, instance: Instance, rule: TextRule) -> Job:
    return Job(
        root=study.config.input,
        instance=instance,
        target=study.work / "documents" / instance.series / f"{instance.number}.pdf",
        words=rule.words,
        identifying=study.identifying,
        pages=study.config.pdf.pages,
        looked_at=rule.release,
    )


def rebuilt(job: Job, beat: Beat) -> Document:
    """Write the PDF of an instance anew, without its words.

    Raises
    ------
    SetAside
        When there is none, it cannot be rebuilt, shows pictures, or a word is left.
    """
    goes = chooser(job.words, job.identifying)
    eyes = None if job.words == "never" else words
    try:
        done = cleaned_pdf(_original(job), eyes, goes, most=job.pages, with_pictures=job.looked_at, beat=beat)
    except SetAside as error:
        if error.reason != TONAL:
            raise
        raise SetAside(TONAL, RELEASE, doubt=True) from None
    job.target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(job.target, durable=False) as part:
        part.write_bytes(done.data)
    return Document(sha256=sha256(done.data).hexdigest(), boxes=done.boxes)


def _original(job: Job) -> bytes:
    if job.instance.bytes > MOST_BYTES:
        raise SetAside("a document of more than 500 MB", "leave it out of the input")
    data = dataset_of(job.root, job.instance, pixels=False).get("EncapsulatedDocument")
    if not isinstance(data, bytes) or not data:
        raise SetAside("an encapsulated PDF without its document", _AGAIN)
    return data
