"""What the standard's tables say under the default profile; nothing of the cleaner is read here."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from pydicom._dicom_dict import DicomDictionary
from pydicom._private_dict import private_dictionaries

FOLDER = Path(__file__).parents[3] / "shared" / "standard"
OPTIONS = (
    "clean_graphics",
    "clean_structured_content",
    "clean_descriptors",
    "retain_longitudinal_modified_dates",
    "retain_patient_characteristics",
    "retain_device_identity",
    "retain_safe_private",
)
"""Option columns in force; the two of pixels have no cells."""
TAG = re.compile(r"\([0-9A-F]{4},[0-9A-F]{4}\)")
NUMERIC = {"DS", "IS", "FL", "FD", "SL", "SS", "UL", "US"}


@cache
def table() -> dict[int, dict[str, Any]]:
    """Rows of PS3.15 Table E.1-1 by tag, repeating groups left out."""
    rows = json.loads((FOLDER / "ps3.15_table_E.1-1_2026d.json").read_text(encoding="utf-8"))["rows"]
    return {_number(row["tag"]): row for row in rows if TAG.fullmatch(row["tag"])}


@cache
def fate(tag: int) -> str:
    """What becomes of an attribute under the options in force.

    Returns
    -------
    str
        ``clean``, ``shift``, ``keep``, ``uid``, ``gone``, or ``unlisted``. C counts before K, and either
        before the code of the basic profile.
    """
    row = table().get(tag)
    if row is None:
        return "unlisted"
    cells = {option: row["options"][option] for option in OPTIONS if option in row["options"]}
    if cells.get("retain_longitudinal_modified_dates") == "C":
        return "shift"
    if "C" in cells.values():
        return "clean"
    if "K" in cells.values():
        return "keep"
    return "uid" if row["basic_profile"] == "U" else "gone"


def attributes(*kinds: str) -> list[tuple[int, str, str]]:
    """Tag, VR and keyword of every attribute of PS3.6 that is not retired, of these VRs, in order of tags.

    Commands, file meta, media directories and repeating groups are left out.
    """
    return [
        (tag, vr, keyword)
        for tag, (vr, _, _, retired, keyword) in sorted(DicomDictionary.items())
        if vr in kinds and not retired and keyword and tag >> 16 > 7
    ]


def safe_numbers() -> list[tuple[str, int, int, str]]:
    """Creator, group, element (within the block) and VR of safe private attributes that hold a number."""
    return [row for row in _safe() if row[3] in NUMERIC]


def safe_texts() -> list[tuple[str, int, int, str]]:
    """The same for those that hold text."""
    return [row for row in _safe() if row[3] in {"LO", "SH", "LT", "ST"}]


def _safe() -> list[tuple[str, int, int, str]]:
    content = json.loads((FOLDER / "ps3.15_table_E.3.10-1_safe_private.json").read_text(encoding="utf-8"))
    rows = content if isinstance(content, list) else content["rows"]
    found = set()
    for row in rows:
        known = {
            tag.lower(): entry for tag, entry in private_dictionaries.get(row["private_creator"], {}).items()
        }
        tag = row["tag"].strip("()").replace(",", "").lower()
        if entry := known.get(tag):
            found.add((row["private_creator"], int(tag[:4], 16), int(tag[6:], 16), entry[0]))
    return sorted(found)


def _number(tag: str) -> int:
    return int(tag.strip("()").replace(",", ""), 16)
