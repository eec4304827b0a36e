"""Every instance finds its row in the table of what may carry words, whatever its header holds."""

from dataclasses import fields

import pytest
from pydicom.uid import CTImageStorage, UltrasoundImageStorage

from cleanroom.manifest import Instance
from cleanroom.redact.carriers import carrier


def made(**values: object) -> Instance:
    """A row of a manifest with these values and no others."""
    empty = {field.name: 0 if field.type in ("int", int) else "" for field in fields(Instance)}
    return Instance(**(empty | {"frames": 1} | values))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["CT\r\n", "\n", "", "X" * 300, "\0"])
@pytest.mark.parametrize("frames", [0, 1])
def test_a_value_with_a_line_break_finds_its_row(value: str, frames: int) -> None:
    """One that found none stopped the search for words in its whole study."""
    for keyword in ("modality", "sop_class_uid", "image_type", "conversion_type"):
        assert carrier(made(**{keyword: value, "frames": frames})).outcome == ("read" if frames else "no")


@pytest.mark.parametrize("keyword", ["image_type", "conversion_type", "burned_in_annotation"])
def test_a_value_cannot_say_that_there_are_no_pixels(keyword: str) -> None:
    value = {keyword: "ORIGINAL;frames=0;"}
    assert carrier(made(sop_class_uid=UltrasoundImageStorage, modality="US", **value)).outcome == "read"
    assert carrier(made(sop_class_uid=CTImageStorage, modality="CT", **value)).outcome in (
        "sample",
        "capture",
    )
