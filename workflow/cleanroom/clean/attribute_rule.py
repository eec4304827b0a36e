"""A rule of a profile for one attribute, with its conditions."""

import difflib
import re
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from cleanroom.clean.lookup import Lookup
from cleanroom.header.elements import value_of
from cleanroom.header.legality import WIDTHS
from cleanroom.header.standard import standard_vr

Action = Literal[
    "keep", "clean", "remove", "empty", "value", "csv", "hash", "shift", "uid", "regex", "set_aside"
]
_MADE = {"value", "csv", "hash", "regex"}
_NOT_MADE = {"SQ", "AT", *WIDTHS, "OB", "OB or OW", "US or SS", "US or OW", "US or SS or OW"}
_NUMBER = re.compile(r"\(?([0-9A-Fa-f]{4}),? ?([0-9A-Fa-f]{4})\)?")


class AttributeRule(BaseModel):
    """What happens to one attribute, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    attribute: str = Field(
        description="keyword or (gggg,eeee), at any level; `Sequence>Attribute` only there; "
        "`/Attribute` only at the root"
    )
    action: Action
    value: str = ""
    """For ``value``: the new value; ``{patient}`` is the patient's pseudonym."""
    insert: bool = False
    """For ``value``: also where the object has no such attribute (at the root)."""
    csv: Lookup | None = None
    pattern: str = ""
    replacement: str = ""
    when: dict[str, str | list[str]] = {}
    """Keyword → regular expression that the whole value matches, or the list of values; all must hold."""
    why: str = ""

    @field_validator("attribute")
    @classmethod
    def _known(cls, value: str) -> str:
        for part in value.lstrip("/").split(">"):
            tag_of(part.strip())
        return value

    @field_validator("when")
    @classmethod
    def _known_conditions(cls, value: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        for word, wanted in value.items():
            tag_of(word)
            if isinstance(wanted, str):
                _compiled(wanted)
        return value

    @model_validator(mode="after")
    def _complete(self) -> "AttributeRule":
        check_made(self.action, self.place[1], self.value)
        if self.insert and self.place[0]:
            raise ValueError(f"{self.attribute}: `insert` adds at the root only")
        if self.action == "csv" and self.csv is None:
            raise ValueError(f"{self.attribute}: action csv needs `csv: {{file: ..., column: ...}}`")
        if self.action == "regex":
            if not self.pattern:
                raise ValueError(f"{self.attribute}: action regex needs `pattern:`")
            try:
                _compiled(self.pattern).sub(self.replacement, "")
            except (re.error, IndexError) as error:
                raise ValueError(
                    f"{self.attribute}: the replacement does not fit the pattern: {error}"
                ) from None
        return self

    @cached_property
    def place(self) -> tuple[int | None, int]:
        """The sequence it is in (0: the root, None: anywhere) and its tag."""
        path = [tag_of(part.strip()) for part in self.attribute.lstrip("/").split(">")]
        if len(path) > 1:
            return path[-2], path[-1]
        return (0 if self.attribute.startswith("/") else None), path[-1]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern of ``regex``."""
        return re.compile(self.pattern)

    def holds(self, header: Dataset) -> bool:
        """Whether every condition holds for an instance."""
        return all(_matches(header, word, wanted) for word, wanted in self.when.items())


def tag_of(word: str) -> int:
    """The tag of a keyword or a number.

    Raises
    ------
    ValueError
        When PS3.6 has no such attribute; it names the nearest keyword.
    """
    if number := _NUMBER.fullmatch(word):
        return int(number[1] + number[2], 16)
    tag = tag_for_keyword(word) if word else None
    if tag is None:
        from pydicom._dicom_dict import DicomDictionary  # noqa: PLC0415 - only for the message

        near = difflib.get_close_matches(
            word, [entry[4] for entry in DicomDictionary.values() if entry[4]], n=1
        )
        raise ValueError(
            f"`{word}` is not an attribute of DICOM" + (f"; did you mean `{near[0]}`?" if near else "")
        )
    return tag


def check_made(action: str, tag: int, value: str) -> None:
    """Say whether a rule can make a value of its attribute.

    Raises
    ------
    ValueError
        When the attribute holds no text, number in characters, date or UID, or the value has other braces
        than ``{patient}``.
    """
    vr = standard_vr(tag) or "UN"
    if action in _MADE and vr in _NOT_MADE:
        raise ValueError(f"`{action}` cannot make the value of ({tag >> 16:04X},{tag & 0xFFFF:04X}), a {vr}")
    try:
        value.format(patient="")
    except (LookupError, ValueError, AttributeError):
        raise ValueError(
            f"`{value}`: the only braces are {{patient}}; write {{{{ and }}}} for braces"
        ) from None


def _matches(header: Dataset, word: str, wanted: str | list[str]) -> bool:
    tag = tag_of(word)
    text = value_of(header.get_item(tag), "LO").decode("latin-1").strip(" \0") if tag in header else ""
    values = {text, *(part.strip() for part in text.split("\\"))}
    if isinstance(wanted, list):
        return bool(values & set(wanted))
    return any(_compiled(wanted).fullmatch(value) for value in values)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"`{pattern}` is not a regular expression: {error}") from None
