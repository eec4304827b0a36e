"""Directory records: what a DICOMDIR says of a patient, a study, a series, an instance (PS3.3 F.5)."""

import csv
from collections import deque
from functools import cache
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from cleanroom.clean.dates import UNKNOWN
from cleanroom.errors import SetAside

LEVELS = ("PATIENT", "STUDY", "SERIES")
_CHARACTER_SET = BaseTag(0x00080005)
_CONTENT = BaseTag(0x0040A730)
_MIDNIGHT = "000000"
_UNTITLED = ("UNTITLED", "99CLEANROOM", "Without a title")
"""A report that breaks the standard is in the directory all the same."""
_BINARY = {"SQ", "US", "UL"}


@cache
def record_types() -> dict[str, str]:
    """SOP class → directory record type; what is not in it is an IMAGE when it has pixels."""
    return {row["sop_class"]: row["record_type"] for row in _rows("record_types.tsv")}


@cache
def keys(record_type: str) -> dict[str, str]:
    """Keyword → type (1, 1C, 2) of the keys of a record."""
    rows = _rows("record_keys.tsv")
    return {row["keyword"]: row["type"] for row in rows if row["record_type"] == record_type}


def record_type(header: Dataset) -> str:
    """Which record stands for an instance.

    Raises
    ------
    SetAside
        When the standard has none for it.
    """
    found = record_types().get(str(header.get("SOPClassUID", "")))
    if not found and "Rows" not in header:
        raise SetAside("a DICOMDIR has no record for its SOP class")
    return found or "IMAGE"


def record(header: Dataset, kind: str, number: int) -> Dataset:
    """A directory record, without its offsets.

    A key that must have a value and has none (dates and Study ID after cleaning, Instance Number of many RT
    objects) gets one that holds only here; the file itself stays as it is.

    Parameters
    ----------
    header
        The instance.
    kind
        PATIENT, STUDY, SERIES or what :func:`record_type` gives.
    number
        The record's number among its neighbours: the Study ID, Series or Instance Number that stands in.

    Raises
    ------
    SetAside
        When a key is missing for which nothing can stand in.
    """
    made = Dataset()
    made.OffsetOfTheNextDirectoryRecord = 0
    made.RecordInUseFlag = 0xFFFF
    made.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    made.DirectoryRecordType = kind
    for keyword, needed in keys(kind).items():
        tag = BaseTag(tag_for_keyword(keyword) or 0)
        element = _element(header, tag)
        if element is not None:
            made[tag] = element
        elif needed == "2":
            made[tag] = DataElement(tag, dictionary_VR(tag), None)
        elif needed == "1":
            made[tag] = DataElement(tag, dictionary_VR(tag), _stand_in(keyword, number))
    if any(not _ascii(element) for element in made.values()) and _CHARACTER_SET in header:
        made[_CHARACTER_SET] = header[_CHARACTER_SET]
    return made


def _element(header: Dataset, tag: BaseTag) -> DataElement | RawDataElement | None:
    """A key as it is stored; None when it is absent or empty."""
    if tag not in header:
        return None
    vr = dictionary_VR(tag)
    stored = header.get_item(tag)
    if isinstance(stored, RawDataElement) and vr not in _BINARY:
        value = (stored.value or b"").strip(b" \0")
        pad = b"\0" if vr == "UI" else b" "
        value += pad * (len(value) % 2)
        return RawDataElement(tag, vr, len(value), value, 0, False, True) if value else None
    element = header[tag]
    if element.VR != "SQ":
        return None if element.is_empty else element
    items = [item for item in element.value if tag != _CONTENT or _modifies_title(item)]
    for item in items:
        deque(item.iterall(), maxlen=0)  # decoded, whatever the transfer syntax was
    return DataElement(tag, "SQ", Sequence(items)) if items else None


def _modifies_title(item: Dataset) -> bool:
    """Of a report's content only this belongs into the directory."""
    return bool(item.get("RelationshipType") == "HAS CONCEPT MOD")


def _stand_in(keyword: str, number: int) -> str | Sequence:
    vr = dictionary_VR(keyword)
    if keyword == "ConceptNameCodeSequence":
        untitled = Dataset()
        untitled.CodeValue, untitled.CodingSchemeDesignator, untitled.CodeMeaning = _UNTITLED
        return Sequence([untitled])
    if vr == "DA":
        return UNKNOWN
    if vr == "TM":
        return _MIDNIGHT
    if vr == "IS" or keyword == "StudyID":
        return str(number)
    raise SetAside(f"it has no {keyword}, which a DICOMDIR needs")


def _ascii(element: DataElement | RawDataElement) -> bool:
    if isinstance(element, RawDataElement):
        return (element.value or b"").isascii()
    return element.VR != "SQ" and str(element.value).isascii()


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))
