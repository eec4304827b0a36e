"""Where words are known to stand: a word found there takes all of its place with it."""

from collections import Counter
from pathlib import Path
from typing import Literal

from pydicom import Dataset

from cleanroom.reading.word import Box
from cleanroom.records import TextBox
from cleanroom.redact.regions import line_outside, overlaps, regions
from cleanroom.redact.templates import Template, matching_template

DEVICES = Path(__file__).parent / "devices.yaml"
"""The templates that Cleanroom brings along."""

Words = Literal["all", "identity", "never"]


def grown(found: list[TextBox], header: Dataset, words: Words, notes: Counter[str]) -> list[TextBox]:
    """The boxes found by reading, and the places in which they lie.

    A template of the device counts where a word was found in its rectangle. In ultrasound, where the header
    says which regions are image data, a word outside of them takes the rest of its line outside of them.

    Parameters
    ----------
    found
        What reading found in one instance.
    words
        With `identity` the rest of the line stays: scales and marks may stand there.
    notes
        Told in the report, with the number of instances: a template that was not applied.
    """
    if not found:
        return found
    areas = regions(header)
    places = _template(header, areas, notes)
    columns = int(header.get("Columns") or 0)
    more: list[TextBox] = []
    for box in found:
        edges = box.left, box.top, box.right, box.bottom
        more += [placed(place, "template", box.frame) for place in places if overlaps(edges, place)]
        line = line_outside(edges, areas, columns) if words == "all" else None
        if line:
            more.append(placed(line, "region", box.frame))
    return found + list({box.model_dump_json(): box for box in more}.values())


def rectangles(template: Template, header: Dataset) -> list[Box]:
    """The rectangles of a template within the frame of an instance."""
    rows, columns = int(header.get("Rows") or 0), int(header.get("Columns") or 0)
    found = [
        (
            _from_edge(left, columns),
            _from_edge(top, rows),
            min(_to_edge(right, columns), columns),
            min(_to_edge(bottom, rows), rows),
        )
        for left, top, right, bottom in template.rectangles
    ]
    return [box for box in found if box[0] < box[2] and box[1] < box[3]]


def placed(box: Box, source: Literal["config", "region", "template"], frame: int | None = None) -> TextBox:
    """A box as it is written down."""
    left, top, right, bottom = box
    return TextBox(frame=frame, left=left, top=top, right=right, bottom=bottom, source=source)


def _template(header: Dataset, areas: list[Box], notes: Counter[str]) -> list[Box]:
    """The places that Cleanroom's own template of the device names, unless they lie on image data."""
    template = matching_template(header, [DEVICES])
    if template is None:
        return []
    places = rectangles(template, header)
    if any(overlaps(place, area) for place in places for area in areas):
        notes[f"the template `{template.name}` was not applied: it lies on an ultrasound region"] += 1
        return []
    return places


def _from_edge(start: int, size: int) -> int:
    return start if start >= 0 else max(size + start, 0)


def _to_edge(end: int, size: int) -> int:
    return end if end > 0 else size + end
