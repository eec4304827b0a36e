"""One series: what its words are covered with."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import Dataset

from cleanroom.config import Text, TextRule
from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.reading.display import frames, pictures
from cleanroom.reading.tone import MOST, tonal
from cleanroom.reading.word import Box
from cleanroom.records import Document, TextBox
from cleanroom.redact.about import about, dataset_of
from cleanroom.redact.carriers import Carrier, carrier
from cleanroom.redact.cross_sections import SAMPLED, carries_words
from cleanroom.redact.known import known
from cleanroom.redact.movie import PAGES, movie
from cleanroom.redact.places import grown
from cleanroom.redact.shown import Shown

RELEASE = (
    "look at it with `python -m cleanroom review` and decide; or a rule of text.rules with `release: true` "
    "and your reason releases it"
)


@dataclass
class Covered:
    """What was decided about a series."""

    frames_read: int = 0
    boxes: dict[str, list[TextBox]] = field(default_factory=dict)
    unread: dict[str, SetAside] = field(default_factory=dict)
    """Number of an instance that cannot be read → why."""
    documents: dict[str, Document] = field(default_factory=dict)
    """Number of an instance → the PDF that takes the original's place."""
    notes: Counter[str] = field(default_factory=Counter)
    """What the report has to tell, and of how many instances."""


def cover(root: Path, instances: list[Instance], rule: TextRule, text: Text, shown: Shown) -> Covered:
    """Find what is to be covered in the instances of a series.

    Raises
    ------
    SetAside
        When the series may carry what is not looked for: a voice, a face.
    """
    covered = Covered()
    rows = {instance.number: _row(root, instance, covered) for instance in instances}
    _release(list(rows.values()), rule)
    sampled = [item for item in instances if rows[item.number].outcome == "sample"]
    read = {
        item.number for item in instances if rows[item.number].outcome not in ("sample", "no", "document")
    }
    if rule.words != "never" and sampled:
        read |= _sample(root, sampled, shown, covered)
    for instance in instances:
        if instance.number in covered.unread or not instance.frames:
            continue
        try:
            found = known(root, instance, text, covered.notes)
            if rule.words != "never" and instance.number in read:
                captured = rows[instance.number].outcome == "capture" and not rule.release
                dataset = dataset_of(root, instance)
                words = _read(dataset, instance, shown, captured)
                found += grown(words, dataset, rule.words, covered.notes)
                covered.frames_read += instance.frames
            if found:
                covered.boxes[instance.number] = found
        except Exception as error:  # a broken value raises nearly anything in pydicom
            covered.unread[instance.number] = _unread(error)
    return covered


def _unread(error: Exception) -> SetAside:
    if isinstance(error, SetAside):
        return error
    return SetAside(f"its words cannot be looked for ({type(error).__name__})", "export it again")


def _row(root: Path, instance: Instance, covered: Covered) -> Carrier:
    try:
        return carrier(instance, about(root, instance))
    except Exception as error:  # as above
        covered.unread[instance.number] = _unread(error)
        return carrier(instance)


def _release(rows: list[Carrier], rule: TextRule) -> None:
    aside = [row for row in rows if row.outcome == "set_aside"]
    if aside and not (rule.release and all(row.face for row in aside)):
        reason = next((row for row in aside if not row.face), aside[0])
        fix = RELEASE if reason.face else "leave it out of the input"
        raise SetAside(f"it is {reason.why}", fix, doubt=all(row.face for row in aside))


def _sample(root: Path, sampled: list[Instance], shown: Shown, covered: Covered) -> set[str]:
    """The numbers of the slices to read: none, or all."""
    legible = [item for item in sampled if item.number not in covered.unread]
    try:
        words = carries_words(root, legible, shown)
    except Exception:  # one slice cannot be read: each says so by itself
        words = True
    if not words:
        covered.frames_read += min(SAMPLED, sum(item.frames for item in legible))
        return set()
    return {item.number for item in sampled}


def _read(dataset: Dataset, instance: Instance, shown: Shown, captured: bool) -> list[TextBox]:
    if captured and _pictured(dataset):
        raise SetAside(
            "it is a captured image with a picture in it, in which a face may be seen", RELEASE, doubt=True
        )
    if instance.frames > PAGES:
        return [_box(box) for box in movie(dataset, shown)]
    return [
        _box(box, None if instance.frames == 1 else number)
        for number, values in enumerate(frames(dataset))
        for box in shown.frame(values, dataset)
    ]


def _pictured(dataset: Dataset) -> bool:
    """Whether a captured image shows more than letters, lines and flat colours: a rendered head perhaps."""
    return any(
        tonal(picture) > MOST for values in frames(dataset) for picture in pictures(values, dataset)[:1]
    )


def _box(box: Box, frame: int | None = None) -> TextBox:
    left, top, right, bottom = box
    return TextBox(frame=frame, left=left, top=top, right=right, bottom=bottom)
