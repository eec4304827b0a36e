"""One private element, cleaned by its value representation."""

import re

from pydicom.dataelem import RawDataElement

from cleanroom.clean.private.listing import BYTES, Listed
from cleanroom.clean.private.rebuilt import REBUILT
from cleanroom.clean.private.walk import Walk
from cleanroom.errors import SetAside
from cleanroom.header.elements import Element, is_broken, stored, value_of
from cleanroom.header.legality import is_legal

_NUMBERS = {"AT", "DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"}
_DATES = {"DA", "DT", "TM"}
_BULK = {"OB", "OD", "OF", "OL", "OV", "OW", "UN", ""}
_TEXT = {"AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT"}
_LONGEST_CODE = 256
_UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){4,}")
_ONE_VALUE = {"LT", "ST", "UR", "UT"}


def cleaned(element: Element, listed: Listed, walk: Walk) -> Element | None:
    """A listed element as it may stay, or None when it goes.

    Parameters
    ----------
    element
        As it is stored.
    listed
        What is known about it.
    walk
        How values are cleaned.
    """
    if is_broken(element):
        return None
    vr = _vr(element, listed)
    if vr == "SQ":
        return _sequence(element, walk)
    value = _value(value_of(element, vr), vr, listed, walk)
    if not value or (vr in _TEXT and not value.strip(b" \0")) or not is_legal(vr, value):
        return None
    return stored(element.tag, vr or "UN", value)


def _vr(element: Element, listed: Listed) -> str:
    vr = element.VR
    if vr is None or vr == "UN" or (vr in _BULK and listed.form in REBUILT):
        return listed.vr
    return vr


def _sequence(element: Element, walk: Walk) -> Element | None:
    if isinstance(element, RawDataElement) and element.VR in (None, "UN"):
        implicit, little = (True, True) if element.VR == "UN" else (True, element.is_little_endian)
        element = element._replace(VR="SQ", is_implicit_VR=implicit, is_little_endian=little)
    elif not isinstance(element, RawDataElement) and element.VR != "SQ":
        return None
    try:
        return walk.sequence(element)
    except SetAside:
        return None


def _value(value: bytes, vr: str, listed: Listed, walk: Walk) -> bytes | None:
    if vr in _BULK:
        return _bytes(value, listed, walk)
    if listed.form in REBUILT:
        return None
    if vr in _TEXT:
        return _text(value, vr, listed, walk) if value.strip(b" \0") else None
    return _plain(value, vr, walk) if is_legal(vr, value) else None


def _bytes(value: bytes, listed: Listed, walk: Walk) -> bytes | None:
    if listed.form in REBUILT:
        return REBUILT[listed.form](value, walk.names_somebody)
    return value if listed.form == BYTES and not walk.names_somebody(value) else None


def _plain(value: bytes, vr: str, walk: Walk) -> bytes | None:
    if vr == "UI":
        return walk.uids(value)
    if vr in _DATES:
        return walk.moved(value, vr)
    return value if vr in _NUMBERS else None


def _text(value: bytes, vr: str, listed: Listed, walk: Walk) -> bytes | None:
    text = value.decode("latin-1").strip(" \0")
    values = [text] if vr in _ONE_VALUE else text.split("\\")
    if all(_UID.fullmatch(one.strip(" \0")) for one in values):
        return walk.uids(value.strip(b" \0"))
    if _is_reviewed(values, listed) and not walk.names_somebody(value):
        return value
    return walk.text(value, vr)


def _is_reviewed(values: list[str], listed: Listed) -> bool:
    """Whether every value is a reviewed code; what is longer is not a code."""
    pattern = listed.pattern
    return pattern is not None and all(
        len(one) <= _LONGEST_CODE and (not one.strip() or pattern.fullmatch(one.strip())) for one in values
    )
