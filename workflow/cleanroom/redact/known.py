"""Rectangles that are covered whatever is read there: by the config, and by its templates of devices."""

from collections import Counter
from pathlib import Path

from cleanroom.config import Text
from cleanroom.manifest import Instance
from cleanroom.records import TextBox
from cleanroom.redact.about import dataset_of
from cleanroom.redact.places import placed, rectangles
from cleanroom.redact.regions import overlaps, regions
from cleanroom.redact.templates import Template, matching_template
from cleanroom.series_match import matches


def known(root: Path, instance: Instance, text: Text, notes: Counter[str]) -> list[TextBox]:
    """The rectangles that the config or a template of the device gives for an instance.

    ``notes`` tells when such a template covers image data: it is applied, for the config asks for it.
    """
    fixed = [
        (box[0], box[1], box[2], box[3])
        for boxes in text.boxes
        if matches(boxes.match, instance)
        for box in boxes.rectangles
    ]
    if not fixed and not text.templates:
        return []
    header = dataset_of(root, instance, pixels=False)
    found = [placed(box, "config") for box in rectangles(Template(when={}, rectangles=fixed), header)]
    template = matching_template(header, text.templates)
    places = rectangles(template, header) if template else []
    if template and any(overlaps(place, area) for place in places for area in regions(header)):
        notes[f"the template `{template.name}` of text.templates covers an ultrasound region"] += 1
    return found + [placed(box, "template") for box in places]
