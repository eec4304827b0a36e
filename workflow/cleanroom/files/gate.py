"""The gate for one cleaned file: its parts, its bytes, its pixels, and its words read once more."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from cleanroom.files import views
from cleanroom.files.covering import Beat, outside
from cleanroom.files.job import original
from cleanroom.files.known import known
from cleanroom.files.page import pages
from cleanroom.files.picture import Pixels, decoded
from cleanroom.files.structure import Foreign, rest
from cleanroom.files.telling import sure, telling, tells
from cleanroom.header.identifying import Identifying
from cleanroom.reading import Box, tesseract, words
from cleanroom.reading.belief import legible
from cleanroom.records import CleanedFile


@dataclass(frozen=True)
class Case:
    """What the gate needs to know of one file."""

    root: Path
    private: Path
    file: CleanedFile
    cleaned: Path
    words: str
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


def after(data: bytes, suffix: str) -> Iterator[Pixels]:
    """The frames of a cleaned file, or the pictures on its pages."""
    if suffix != ".pdf":
        yield from decoded(data).frames
        return
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            image = page.Resources.XObject.Im0
            shape = (int(image.Height), int(image.Width))
            flat = np.frombuffer(zlib.decompress(image.read_raw_bytes()), np.uint8)
            yield flat.reshape(shape if image.ColorSpace == "/DeviceGray" else (*shape, 3))


def unchanged(before: Pixels, now: Pixels, boxes: list[Box]) -> bool:
    """Whether pixels that no box covers are as they were, and every box is one colour."""
    if before.shape[:2] != now.shape[:2]:
        return False
    one, other = (before, now) if before.shape == now.shape else (_full(before), _full(now))
    free = outside(now.shape, boxes)
    flat = all(
        bool((now[top:bottom, left:right] == now[top, left]).all())
        for left, top, right, bottom in boxes
        if top < bottom and left < right
    )
    return flat and np.array_equal(one[free], other[free])


def _full(frame: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(frame).convert("RGBA"), np.uint8)


def _before(case: Case) -> Iterator[Pixels]:
    data = original(case.root, case.file.path)
    if case.file.kind == "picture":
        yield from decoded(data).frames
    else:
        yield from (page.image for page in pages(data, 5000, None))


def _bytes(case: Case, data: bytes) -> list[str]:
    search = known(case.private, case.root, case.file.patient)
    found = [f"{kind} of a patient in its name" for kind in sorted(search.text(case.cleaned.name))]
    try:
        parts = rest(data, case.cleaned.suffix[1:])
    except Foreign as error:
        return [*found, f"it holds {error}"]
    return found + [f"{kind} of a patient in its bytes" for kind in sorted(search.found(parts, data))]


def _readable(case: Case, frame: Pixels) -> bool:
    told = tells(case.identifying) if case.words == "identity" and case.identifying else None
    if any(sure(word) for word in telling(views.words(frame, words), told)):
        return True
    if not tesseract.installed():
        return False
    second = (tesseract.words(view, sideways=False) for view in views.views(frame))
    return any(legible(word, second=True) for found in second for word in telling(found, told))
