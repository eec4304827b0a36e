"""Rectangles that are covered whatever is read there: by the config, and by templates of devices."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cleanroom.config import Text
from cleanroom.manifest import Instance
from cleanroom.records import TextBox
from cleanroom.redact.about import dataset_of
from cleanroom.redact.templates import matching_template
from cleanroom.series_match import matches

Source = Literal["config", "template"]


def known(root: Path, instance: Instance, text: Text) -> list[TextBox]:
    """The rectangles that the config or a template of the device gives for an instance."""
    fixed: list[tuple[Sequence[int], Source]] = [
        (rectangle, "config")
        for boxes in text.boxes
        if matches(boxes.match, instance)
        for rectangle in boxes.rectangles
    ]
    if not fixed and not text.templates:
        return []
    header = dataset_of(root, instance, pixels=False)
    template = matching_template(header, text.templates)
    fixed += [(rectangle, "template") for rectangle in (template.rectangles if template else [])]
    rows, columns = int(header.get("Rows") or 0), int(header.get("Columns") or 0)
    found = [
        (
            _from_edge(left, columns),
            _from_edge(top, rows),
            _to_edge(right, columns),
            _to_edge(bottom, rows),
            source,
        )
        for (left, top, right, bottom), source in fixed
    ]
    return [
        TextBox(left=left, top=top, right=min(right, columns), bottom=min(bottom, rows), source=source)
        for left, top, right, bottom, source in found
        if left < min(right, columns) and top < min(bottom, rows)
    ]


def _from_edge(start: int, size: int) -> int:
    return start if start >= 0 else max(size + start, 0)


def _to_edge(end: int, size: int) -> int:
    return end if end > 0 else size + end
