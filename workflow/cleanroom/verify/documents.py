"""A PDF inside a DICOM object: its parts, its bytes, its pages, and its words read once more."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from cleanroom.files import views
from cleanroom.files.compared import after, unchanged
from cleanroom.files.covering import Beat
from cleanroom.files.page import pages
from cleanroom.files.picture import Pixels
from cleanroom.files.structure import Foreign, rest
from cleanroom.files.worker import Worker
from cleanroom.header.identifying import Identifying
from cleanroom.reading import Box, Word, tesseract, words
from cleanroom.reading.belief import legible
from cleanroom.reading.goes import Choice, chooser, everything, sure
from cleanroom.records import Document
from cleanroom.verify.file_search import FileSearch
from cleanroom.verify.header import Header
from cleanroom.verify.rereading import IDENTIFIES
from cleanroom.verify.subject import Pair, Series
from cleanroom.verify.vocabulary import Vocabulary

DOCUMENT, MIME_TYPE, MIME_TYPES, LENGTH = 0x00420011, 0x00420012, 0x00420014, 0x00420015
_MOST_PAGES = 5000
_GROUND = re.compile(rb"\x00{3,}|\xff{3,}")
"""Black and white: no value is written with so many of these bytes in a row."""

Found = dict[str, list[str]]
"""Check → what it found."""


@dataclass(frozen=True)
class Case:
    """What the process that judges needs to know."""

    before: bytes
    after: bytes
    boxes: list[list[Box]]
    words: Choice
    read: bool
    identifying: Identifying
    vocabulary: Vocabulary


class Documents:
    """Judges the PDFs of one study, in a process of its own: the original's may be hostile.

    Parameters
    ----------
    vocabulary
        The gate's own.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._worker = Worker(judge)

    def close(self) -> None:
        """End the process."""
        self._worker.close()

    def findings(self, pair: Pair, series: Series) -> Found:
        """What is wrong with the document of an instance, by check.

        Raises
        ------
        SetAside
            When it takes too long or too much memory to tell.
        """
        wrong = _stored(pair.after)
        if wrong:
            return {"conformance": wrong}
        record = series.documents.get(pair.row.number, Document(sha256=""))
        length = pair.after.uint(LENGTH)
        case = Case(
            _value(pair.before),
            _value(pair.after)[:length],
            record.boxes,
            series.text.words,
            bool(series.text.frames_read),
            series.study.identifying if series.text.words == "identity" else frozenset(),
            self._vocabulary,
        )
        found: Found = self._worker.do(case)
        return found


def there(pair: Pair) -> bool:
    """Whether an instance has, or had, a document."""
    return DOCUMENT in pair.before.root or DOCUMENT in pair.after.root


def judge(case: Case, beat: Beat) -> Found:
    """Judge one PDF against its original."""
    search = FileSearch(case.vocabulary)
    try:
        parts = rest(case.after, "pdf")
    except Foreign as error:
        return {"identities": [f"its PDF holds {error}"]}
    kinds = search.found(parts, case.after)
    for stream in _streams(case.after):
        kinds |= search.found(b"", _GROUND.sub(b"\xff", stream))
        beat()
    identities = [f"{kind} of the original in its PDF" for kind in sorted(kinds)]
    return {"identities": identities} | _pages(case, search, beat)


def _pages(case: Case, search: FileSearch, beat: Beat) -> Found:
    before = (page.image for page in pages(case.before, _MOST_PAGES, everything))
    found: dict[str, set[str]] = {"pixels": set(), "words": set()}
    count = 0
    for number, page in enumerate(after(case.after, ".pdf")):
        count += 1
        first = next(before, None)
        boxes = case.boxes[number] if number < len(case.boxes) else []
        if first is None or not unchanged(first, page, boxes):
            found["pixels"].add("a page of its PDF changed outside the text boxes")
        if case.read:
            found["words"] |= set(_left(case, search, page))
        beat()
    if next(before, None) is not None or not count:
        found["pixels"].add("pages of its PDF are missing")
    return {check: sorted(texts) for check, texts in found.items()}


def _left(case: Case, search: FileSearch, page: Pixels) -> Iterator[str]:
    """Whether words are left on a page: never which."""
    goes = chooser(case.words, case.identifying)
    left = [word for word in views.words(page, words) if sure(word)] + _second(page)
    if any(search.text(word.text) for word in left):
        yield f"{IDENTIFIES} are left on a page of its PDF"
    if any(map(goes, left)):
        yield "words are left on a page of its PDF"


def _second(page: Pixels) -> list[Word]:
    if not tesseract.installed():
        return []
    found = (word for view in views.views(page) for word in tesseract.words(view, sideways=False))
    return [word for word in found if legible(word, second=True)]


def _streams(data: bytes) -> Iterator[bytes]:
    with pikepdf.open(io.BytesIO(data)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Stream):
                yield thing.read_bytes()


def _stored(header: Header) -> list[str]:
    """Whether the elements around a PDF say what it is."""
    value, length = _value(header), header.uint(LENGTH)
    found = [] if value else ["the document is missing"]
    if value and (len(value) - length not in (0, 1) or value[length:].strip(b"\0")):
        found.append("(0042,0015) is not the length of the document")
    if header.text(MIME_TYPE) != "application/pdf" or MIME_TYPES in header.root:
        found.append("(0042,0012) does not say that it is a PDF")
    return found


def _value(header: Header) -> bytes:
    element = header.root.get(DOCUMENT)
    return header.value(element) if element else b""
