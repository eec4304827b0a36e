"""Dates, moved by the patient's own number of days."""

import re
from datetime import date, timedelta

UNKNOWN = "19000101"
"""Stands for a date that cannot be read."""

_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)$")
_DATETIME = re.compile(r"(\d{8})(\d{0,6}(\.\d{1,6})?)([+-]\d{4})?$")


def shifted_date(text: str, days: int) -> str:
    """A DA value, moved; one that is not a date becomes `UNKNOWN`."""
    return "\\".join(_shifted(part.strip(" \0"), days) for part in text.split("\\"))


def shifted_datetime(text: str, days: int) -> str:
    """A DT value with its day moved and its time of day kept; one without a day becomes `UNKNOWN`."""
    return "\\".join(_shifted_datetime(part.strip(" \0"), days) for part in text.split("\\"))


def _shifted_datetime(text: str, days: int) -> str:
    match = _DATETIME.match(text)
    if not match:
        return UNKNOWN if text else ""
    day = _shifted(match[1], days)
    return day if day == UNKNOWN else day + match[2] + (match[4] or "")


def _shifted(text: str, days: int) -> str:
    if not text:
        return ""
    match = _DATE.match(text)
    try:
        if not match:
            return UNKNOWN
        moved = date(int(match[1]), int(match[2]), int(match[3])) + timedelta(days)
    except (ValueError, OverflowError):
        return UNKNOWN
    return f"{moved.year:04d}{moved.month:02d}{moved.day:02d}"
