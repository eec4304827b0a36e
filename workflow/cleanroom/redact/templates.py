"""Rectangles by device: YAML files of templates, of which the first that describes a header counts."""

import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword
from pydicom.tag import Tag

from cleanroom.errors import StopRun

When = dict[str, Any]


class Template(BaseModel):
    """One device's picture, and where words stand in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    when: When
    """``{all: [...]}``, ``{any: [...]}``, ``{not: ...}`` or ``{Keyword or GGGGEEEE: {test: text}}``."""
    rectangles: list[tuple[int, int, int, int]]
    """left, top, right, bottom in pixels from 0, right and bottom not included; a negative left or top, and
    a right or bottom of 0 or less, count from the far edge."""


def matching_template(header: Dataset, files: list[Path]) -> Template | None:
    """The first template that describes a header; None when there is none."""
    return next((one for file in files for one in read(file) if describes(one.when, header)), None)


@cache
def read(file: Path) -> tuple[Template, ...]:
    """The templates of a file.

    Raises
    ------
    StopRun
        When the file is not there, or is none of templates.
    """
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
        templates = tuple(Template.model_validate(row) for row in rows)
        for template in templates:
            check(template.when)
    except OSError as error:
        raise StopRun(f"{file} cannot be read: {error.strerror}.", "mend text.templates") from None
    except (ValidationError, ValueError, TypeError, yaml.YAMLError) as error:
        raise StopRun(f"{file} is no file of templates: {error}", "mend it, or text.templates") from None
    return templates


def check(when: When) -> None:
    """Refuse a condition that is none.

    Raises
    ------
    ValueError
        It names the condition.
    """
    if len(when) != 1:
        raise ValueError(f"a condition has one key: {when}")
    key, value = next(iter(when.items()))
    if key in ("all", "any"):
        for part in value:
            check(part)
    elif key == "not":
        check(value)
    elif _tag(key) is None:
        raise ValueError(f"there is no attribute {key}")
    elif len(value) != 1 or next(iter(value)) not in TESTS:
        raise ValueError(f"{key}: one of {', '.join(TESTS)}")


def describes(when: When, header: Dataset) -> bool:
    """Whether a condition holds for a header."""
    key, value = next(iter(when.items()))
    if key == "all":
        return all(describes(part, header) for part in value)
    if key == "any":
        return any(describes(part, header) for part in value)
    if key == "not":
        return not describes(value, header)
    test, wanted = next(iter(value.items()))
    return TESTS[test](_text(header, key), str(wanted))


Test = Callable[[str, str], bool]
TESTS: dict[str, Test] = {
    "equals": lambda text, wanted: text == wanted,
    "equals_any_case": lambda text, wanted: text.lower() == wanted.lower(),
    "contains": lambda text, wanted: wanted in text,
    "contains_any_case": lambda text, wanted: wanted.lower() in text.lower(),
    "starts_with": lambda text, wanted: text.startswith(wanted),
    "starts_with_any_case": lambda text, wanted: text.lower().startswith(wanted.lower()),
    "ends_with": lambda text, wanted: text.endswith(wanted),
    "ends_with_any_case": lambda text, wanted: text.lower().endswith(wanted.lower()),
    "matches": lambda text, wanted: re.fullmatch(wanted, text) is not None,
    "less_than": lambda text, wanted: _number(text) < _number(wanted),
    "greater_than": lambda text, wanted: _number(text) > _number(wanted),
}


def _number(text: str) -> float:
    """The number in a text; not a number, which is neither smaller nor larger, when there is none."""
    try:
        return float(re.sub(r"[^0-9.]", "", text))
    except ValueError:
        return math.nan


def _text(header: Dataset, key: str) -> str:
    tag = _tag(key)
    element = header.get(tag) if tag is not None else None
    value = element.value if element is not None else None
    if value is None or isinstance(value, bytes):
        return ""
    return (
        "\\".join(map(str, value))
        if not isinstance(value, str) and hasattr(value, "__iter__")
        else str(value)
    )


def _tag(key: str) -> int | None:
    if len(key) == 8 and all(sign in "0123456789abcdefABCDEF" for sign in key):
        return int(Tag(int(key, 16)))
    return tag_for_keyword(key)
