"""IDs, devices, dates and telephone numbers of a study as patterns: however they are written."""

import re
from collections.abc import Iterator

from cleanroom.clean.text.folding import is_wide
from cleanroom.clean.text.patterns import month_names

_DATE = re.compile(r"(1[89]\d\d|20\d\d)[-.]?(0[1-9]|1[0-2])[-.]?(0[1-9]|[12]\d|3[01])(?:\d*|T.*)")
_LONG = 6
"""Digits of an ID that is found with other separators, leading zeros and letters around it."""
_PARTS = re.compile(r"[^\W\d_]+|\d+")
NUMERIC = r"(?<!\d)"
"""How an expression begins that needs three digits or more."""
_BOUNDARY = r"(?<![^\W_])(?:{})(?![^\W_])"


def expressions(kind: str, value: str) -> Iterator[str]:
    """Regular expressions that find one identity of the kind ``id``, ``device``, ``date`` or ``phone``."""
    value = value.strip()
    if date := _DATE.fullmatch(value):
        yield from _date(*date.groups())
    if kind == "phone":
        yield from _phone(value)
    elif kind != "date":
        yield from _identifier(value)


def _identifier(value: str) -> Iterator[str]:
    parts = _PARTS.findall(value)
    digits = "".join(parts)
    if digits.isdecimal():
        yield from _number(digits)
        yield _BOUNDARY.format(re.escape(value)) + r"(?!\.\d)"
        return
    pieces = [re.escape(part) for part in parts]
    separated = r"[-_ ./:]{0,2}".join(pieces)
    if len(digits) >= 4 or is_wide(digits):
        yield _BOUNDARY.format(separated)
    numbers = [part for part in parts if part.isdecimal()]
    for number in numbers:
        if len(number.lstrip("0")) >= _LONG - 1:
            yield from _number(number)


def _number(digits: str) -> Iterator[str]:
    core = digits.lstrip("0")
    if len(core) >= _LONG:
        joined = "[- _]?".join(core)
        few = r"(?!\d{0,9}(?:[- _]\d{0,9}){4})"
        yield rf"(?<!\d)(?<!\d[.,])(?:0[- _]?){{0,12}}{few}{joined}(?!\d)(?!\.\d)"
    elif len(digits) >= 4:
        least = core if len(core) >= 4 else digits
        yield rf"(?<!\d)(?<![^\W_])(?<!\d[.,])0{{0,12}}{least}(?![^\W_])(?![.,]\d)"


def _date(year: str, month: str, day: str) -> Iterator[str]:
    """One day in ISO, DICOM, American, European and spoken form, the year with two or four digits."""
    y, m, d = f"(?:{year}|{year[2:]})", f"0?{int(month)}", f"0?{int(day)}"
    between = r"[-/._, ]{1,2}"
    name = month_names(int(month))
    yield rf"(?<!\d){year}{month}{day}\d{{0,12}}"
    yield rf"(?<!\d)(?:{day}{month}|{month}{day}){y}(?!\d)"
    yield rf"(?<!\d){year[2:]}{month}{day}(?!\d)"
    yield rf"(?<!\d)(?<!\d[./-]){year}{between}{m}{between}{d}(?!\d)(?:T[\d:.]{{1,16}})?"
    yield rf"(?<!\d)(?<!\d[./-])(?:{d}{between}{m}|{m}{between}{d}){between}{y}(?![\d]|[./-]\d)"
    spoken = r"(?:[-/._,' ]|de|del|of|st|nd|rd|th|er){0,6}"
    yield rf"(?<!\d){d}{spoken}(?:{name}){spoken}{y}(?!\d)"
    yield rf"(?<!\d)(?<![^\W\d_])(?:{name}){spoken}{d}{spoken}{y}(?!\d)"
    yield rf"(?<!\d){year}{spoken}(?:{name}){spoken}{d}(?!\d)"


def _phone(value: str) -> Iterator[str]:
    digits = "".join(c for c in value if c.isdecimal())
    if len(digits) < 7:
        if len(value) >= 4:
            yield _BOUNDARY.format(re.escape(value))
        return
    last = digits[-8:] if len(digits) > 9 else digits
    yield r"(?<!\d)(?<![^\W_])(?:[+(]*\d[\d ()./-]{0,12})?" + r"[-. ()/]{0,3}".join(last) + r"(?!\d)"
