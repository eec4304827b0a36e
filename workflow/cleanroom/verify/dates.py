"""Check 5, of dates: all dates of a patient move by one number of days, the one that was written down."""

from datetime import date, timedelta

from cleanroom.verify.header import Header
from cleanroom.verify.subject import Pair, Policy

SHIFTED, KEPT = "113107", "113106"
TAGS = {
    0x00080020: "Study Date",
    0x00080021: "Series Date",
    0x00080022: "Acquisition Date",
    0x00080023: "Content Date",
    0x0008002A: "Acquisition DateTime",
}
"""What orders the images of a patient in time."""


def findings(pair: Pair, policy: Policy) -> list[str]:
    """Dates of one instance that did not move as those of the others.

    Nothing is said when the profile takes dates away, or when the user's profile makes them itself.
    """
    if not policy.options & {SHIFTED, KEPT}:
        return []
    days = pair.row.date_shift_days if SHIFTED in policy.options else 0
    found = [] if days % 7 == 0 else ["the date shift is not whole weeks"]
    for tag, name in TAGS.items():
        if tag in policy.kept or tag in policy.own:
            continue
        old, new = _day(pair.before, tag), _day(pair.after, tag)
        if old is not None and new is not None and new - old != timedelta(days):
            found.append(f"{name} was not moved by the shift of this patient")
    return found


def _day(header: Header, tag: int) -> date | None:
    text = header.text(tag).replace(".", "")[:8]
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
