"""Words in pixels."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from cleanroom.config.match import FaceMatch
from cleanroom.config.section import Section


class TextRule(Section):
    """What becomes of words in the pixels of the series that match."""

    match: FaceMatch = Field(FaceMatch(), description="which series; an empty match is every series")
    words: Literal["all", "identity", "never"] = Field(
        "all",
        description="`all` words are covered; `identity`: those that match the study's identities, names, "
        "dates and numbers, or cannot be read; `never`: nothing is read (then say why in `reason`)",
    )
    release: bool = Field(
        False,
        description="true: also release images in which a face may be seen: photographs, radiographs of the "
        "skull, RT images (then say why in `reason`)",
    )
    reason: str = Field("", description="why; repeated in the report")

    @model_validator(mode="after")
    def _needs_a_reason(self) -> "TextRule":
        if (self.words == "never" or self.release) and not self.reason.strip():
            raise ValueError("`words: never` and `release: true` let pixels go unread: say why in `reason`")
        return self


class FixedBoxes(Section):
    """Rectangles that are always covered in the series that match."""

    match: FaceMatch = Field(FaceMatch(), description="which series; an empty match is every series")
    rectangles: list[list[int]] = Field(
        [], description="each [left, top, right, bottom] in pixels from 0, right and bottom not included"
    )

    @field_validator("rectangles")
    @classmethod
    def _four_numbers(cls, value: list[list[int]]) -> list[list[int]]:
        for box in value:
            if len(box) != 4 or min(box) < 0 or box[0] >= box[2] or box[1] >= box[3]:
                raise ValueError(f"{box} is no rectangle [left, top, right, bottom]")
        return value


class Text(Section):
    """Words in pixels."""

    rules: list[TextRule] = Field(
        [TextRule()], description="first match wins; a series that no rule matches is set aside"
    )
    boxes: list[FixedBoxes] = Field([], description="rectangles to cover, whatever is read there")
    templates: list[Path] = Field(
        [],
        description="YAML files with rectangles by device, as `cleanroom redact import-ctp` makes them",
    )
