"""The gate for one cleaned file: its parts, its bytes, its pixels, and its words read once more."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cleanroom.files import views
from cleanroom.files.compared import after, unchanged
from cleanroom.files.covering import Beat
from cleanroom.files.job import original
from cleanroom.files.known import known
from cleanroom.files.page import pages
from cleanroom.files.picture import Pixels, decoded
from cleanroom.files.structure import Foreign, rest
from cleanroom.header.identifying import Identifying
from cleanroom.reading import tesseract, words
from cleanroom.reading.belief import legible
from cleanroom.reading.goes import Choice, chooser, everything, sure
from cleanroom.records import CleanedFile


@dataclass(frozen=True)
class Case:
    """What the gate needs to know of one file."""

    root: Path
    private: Path
    file: CleanedFile
    cleaned: Path
    words: Choice
    identifying: Identifying


def judge(case: Case, beat: Beat) -> list[str]:
    """What is wrong with a cleaned file; empty when it may be released."""
    data = case.cleaned.read_bytes()
    found = _bytes(case, data)
    before = _before(case)
    boxes = case.file.boxes
    count = 0
    for number, frame in enumerate(after(data, case.cleaned.suffix)):
        count += 1
        first = next(before, None)
        covered = boxes[number] if number < len(boxes) else []
        if first is None or not unchanged(first, frame, covered):
            return [*found, "pixels outside the boxes were changed"]
        if case.words != "never" and _readable(case, frame):
            return [*found, "a word can be read"]
        beat()
    if next(before, None) is not None or not count:
        found.append("frames or pages are missing")
    return found


def _before(case: Case) -> Iterator[Pixels]:
    data = original(case.root, case.file.path)
    if case.file.kind == "picture":
        yield from decoded(data).frames
    else:
        yield from (page.image for page in pages(data, 5000, everything))


def _bytes(case: Case, data: bytes) -> list[str]:
    search = known(case.private, case.root, case.file.patient)
    found = [f"{kind} of a patient in its name" for kind in sorted(search.text(case.cleaned.name))]
    try:
        parts = rest(data, case.cleaned.suffix[1:])
    except Foreign as error:
        return [*found, f"it holds {error}"]
    return found + [f"{kind} of a patient in its bytes" for kind in sorted(search.found(parts, data))]


def _readable(case: Case, frame: Pixels) -> bool:
    goes = chooser(case.words, case.identifying)
    if any(sure(word) and goes(word) for word in views.words(frame, words)):
        return True
    if not tesseract.installed():
        return False
    second = (tesseract.words(view, sideways=False) for view in views.views(frame))
    return any(legible(word, second=True) for found in second for word in found if goes(word))
