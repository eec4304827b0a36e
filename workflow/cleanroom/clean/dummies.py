"""Dummy values (action D): legal for their value representation, and never made from the original text."""

from cleanroom.clean.dates import UNKNOWN, shifted_date

WORD = "CLEANED"

_FIXED = {
    "AS": "000Y",
    "DS": "0",
    "IS": "0",
    "TM": "000000",
    "UR": "urn:cleaned",
}
_TEXT = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"}
_DAYS = {"DA", "DT"}


def dummy(vr: str, original: bytes, days: int) -> bytes:
    """A dummy for a value of this value representation.

    Dates keep their distance from each other: the dummy is the original moved by the patient's days, without
    a time of day. Binary values become as many zero bytes as they had.
    """
    if vr in _DAYS:
        first = original.split(b"\\")[0].strip(b" \0").decode("latin-1")
        return (shifted_date(first if vr == "DA" else first[:8], days) or UNKNOWN).encode()
    if vr in _TEXT:
        return WORD.encode()
    if vr in _FIXED:
        return _FIXED[vr].encode()
    return bytes(len(original) or 8)
