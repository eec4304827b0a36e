"""The marks of de-identification (PS3.15 E.1.1, PS3.3 C.7.1.1 and C.12.1)."""

from functools import cache, lru_cache

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom import __version__
from cleanroom.clean.profile import Profile
from cleanroom.header import elements, tables
from cleanroom.header.elements import is_stored, items_of, stored, value_of
from cleanroom.header.encoding import Encoding
from cleanroom.records import Code

REMOVED = 0x00120062
METHOD = 0x00120063
METHOD_CODES = 0x00120064
LONGITUDINAL = 0x00280303
MARKS = frozenset({REMOVED, METHOD, METHOD_CODES, LONGITUDINAL})
EQUIPMENT = 0x0018A001
PURPOSE = 0x0040A170
DESCRIPTORS = "113105"
DEIDENTIFYING = Code(value="109104", meaning="De-identifying Equipment")
"""CID 7005: what a device has contributed."""
_ENCODING = Encoding(ExplicitVRLittleEndian)
_VALUE, _SCHEME, _MEANING = 0x00080100, 0x00080102, 0x00080104


def code(value: str) -> Code:
    """A code of CID 7050."""
    row = next(row for row in tables.rows("cid7050.tsv") if row["value"] == value)
    return Code(value=value, scheme=row["scheme"], meaning=row["meaning"])


def mark(header: Dataset, profile: Profile) -> None:
    """Say in a cleaned header that it was cleaned, by what and how (PS3.15 E.1.1)."""
    header[REMOVED] = stored(REMOVED, "CS", b"YES")
    methods = [f"Cleanroom {__version__}", *profile.methods]
    header[METHOD] = stored(METHOD, "LO", "\\".join(methods).encode())
    header[LONGITUDINAL] = stored(LONGITUDINAL, "CS", profile.longitudinal.encode())
    add_codes(header, profile.codes)
    _add_equipment(header, DESCRIPTORS in profile.codes)


def _add_equipment(header: Dataset, described: bool) -> None:
    """Name Cleanroom in Contributing Equipment Sequence (PS3.3 C.12.1.1.5), after those already there.

    ``described``: with a text, where the profile does not take all descriptions away.
    """
    items = items_of(header.get_item(EQUIPMENT)) if EQUIPMENT in header else []
    header[EQUIPMENT] = elements.sequence(EQUIPMENT, [*items, _equipment(described)])


@cache
def _equipment(described: bool) -> Dataset:
    """One item; without model and software version, which dcm2niix takes for those of the scanner."""
    item = elements.dataset()
    told = f"Cleanroom {__version__}: de-identified as (0012,0063) and (0012,0064) say"
    item[0x00080070] = stored(0x00080070, "LO", b"Cleanroom")
    if described:
        item[0x0018A003] = stored(0x0018A003, "ST", told.encode())
    item[PURPOSE] = elements.sequence(PURPOSE, [_item(DEIDENTIFYING)])
    return item


def add_codes(header: Dataset, values: list[str]) -> None:
    """Append codes of CID 7050 to (0012,0064): only what was really done to this instance.

    Parameters
    ----------
    header
        A cleaned header; codes that it already carries stay, in their order, and are not repeated.
    values
        For example ``["113102"]`` when the face was removed.
    """
    there = b""
    if METHOD_CODES in header:
        element = header.get_item(METHOD_CODES)
        ready = isinstance(element, RawDataElement) and is_stored(element) and not element.is_implicit_VR
        there = (element.value or b"") if ready else _ENCODING.items(items_of(element))
    header[METHOD_CODES] = _codes(there, tuple(values))


@lru_cache(maxsize=1000)
def _codes(there: bytes, values: tuple[str, ...]) -> RawDataElement:
    """The sequence with these codes after those that are there: most headers get the same."""
    items = items_of(stored(METHOD_CODES, "SQ", there)) if there else []
    known = {
        value_of(item.get_item(_VALUE), "SH").strip(b" \0").decode("latin-1")
        for item in items
        if _VALUE in item
    }
    items += [_item(code(value)) for value in values if value not in known]
    return stored(METHOD_CODES, "SQ", _ENCODING.items(items))


def _item(entry: Code) -> Dataset:
    item = elements.dataset()
    for tag, vr, text in (
        (_VALUE, "SH", entry.value),
        (_SCHEME, "SH", entry.scheme),
        (_MEANING, "LO", entry.meaning),
    ):
        item[tag] = stored(tag, vr, text.encode())
    return item
