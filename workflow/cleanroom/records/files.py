"""``work/files``: pictures and PDFs."""

from pydantic import BaseModel

from cleanroom.records.record import Record


class CleanedFile(BaseModel):
    """A picture or PDF that was cleaned: ``work/files/cleaned/<name>``."""

    path: str
    """As in the inventory (identifying)."""
    kind: str
    patient: str
    """Pseudonym; empty when it cannot be told."""
    name: str
    """The pseudonym of its path, with the extension of what it became."""
    source: str
    """SHA-256 of the original."""
    sha256: str
    state: str
    """Changes with everything else on which the result depends."""
    boxes: list[list[tuple[int, int, int, int]]] = []
    """Covered, by frame or page: left, top, right, bottom."""
    how: str = ""


class FilesRecord(Record):
    """``work/files/text.json``: what became of pictures and PDFs; a path in ``numbers`` names one."""

    files: list[CleanedFile] = []


class FilesVerdict(Record):
    """``work/files/verdict.json``: names of the cleaned files that may be released."""

    passed: list[str] = []
