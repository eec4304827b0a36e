"""Is a stored value what its value representation allows (PS3.5 section 6.2)?"""

import re

_NUMBER = re.compile(rb"[0-9+\-.eE \\]*\0?")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_PATTERNS = {
    "AS": re.compile(rb"([0-9]{3}[DWMY]\\?)* ?"),
    "CS": re.compile(rb"[A-Z0-9 _\\]*\0?"),
    "DA": re.compile(rb"[0-9. \\]*"),
    "DS": _NUMBER,
    "DT": re.compile(rb"[0-9.+\- \\]*"),
    "IS": _NUMBER,
    "TM": re.compile(rb"[0-9:. \\]*"),
    "UI": re.compile(rb"[0-9. \\]*\0?"),
}
_TEXT = {"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
WIDTHS = {
    **dict.fromkeys(("AT", "OW", "SS", "US"), 2),
    **dict.fromkeys(("FL", "OF", "OL", "SL", "UL"), 4),
    **dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), 8),
}
"""Bytes that are swapped together between byte orders."""
LONG = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
"""Value representations with a length of four bytes (PS3.5 section 7.1.2)."""
UNDEFINED = 0xFFFFFFFF
"""A length that is not said (PS3.5 section 7.1.1)."""
_KINDS = (
    {"SS", "US", "SL", "UL", "SV", "UV"},
    {"FL", "FD"},
    {"DS", "IS"},
    {"OB", "OW", "OF", "OD", "OL", "OV"},
    {*_TEXT, "CS"},
)


def is_legal(vr: str, value: bytes) -> bool:
    """Whether nothing but a value of this kind is stored; lengths are not checked."""
    if vr in _PATTERNS:
        return _PATTERNS[vr].fullmatch(value) is not None
    if vr in _TEXT:
        return _CONTROL.search(value.rstrip(b"\0")) is None
    return len(value) % WIDTHS.get(vr, 1) == 0


def same_kind(stored: str, standard: str) -> bool:
    """Whether a file may store an attribute with this value representation instead of the standard's."""
    names = set(standard.split(" or "))
    return stored in names or any(stored in kind and names & kind for kind in _KINDS)
