"""Writes what can be derived in radiotherapy.tsv, and the tables of docs/radiotherapy.md.

    python workflow/headers/radiotherapy.py [HIGHDICOM]

HIGHDICOM is `highdicom/_standard` of PyPI highdicom 0.28.2 (MIT). With it the attributes and the objects they
occur in are read anew, and those that nobody decided are named; without it only the actions are.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "radiotherapy.md"
COLUMNS = ["tag", "name", "vr", "where", "listed", "sinfonia", "radiotherapy", "why"]
GROUPS = ("3002", "3004", "3006", "3008", "300A", "300C", "300E", "3010")
OBJECTS = {
    "rt-structure-set": "RTSTRUCT",
    "rt-plan": "RTPLAN",
    "rt-dose": "RTDOSE",
    "rt-image": "RTIMAGE",
    "rt-beams-treatment-record": "RTBEAMS",
    "rt-brachy-treatment-record": "RTBRACHY",
    "rt-ion-beams-treatment-record": "RTIONBEAMS",
    "rt-treatment-summary-record": "RTSUMMARY",
    "rt-ion-plan": "RTIONPLAN",
}
SECOND_GENERATION = "RT2"
TEXT = {"LO", "SH", "ST", "LT", "UT", "UC", "UR", "PN", "AE"}
SINFONIA = [
    "retain_safe_private",
    "retain_device_identity",
    "retain_patient_characteristics",
    "retain_longitudinal_modified_dates",
    "clean_descriptors",
    "clean_structured_content",
    "clean_graphics",
]
WORDS = {"X": "remove", "Z": "empty", "D": "replace", "U": "uid", "K": "keep"}
CLEANED = {"DA": "shift", "DT": "shift", "TM": "keep", "SQ": "keep", "UI": "uid"}
HEADINGS = {
    "keep": "What stays",
    "uid": "What is mapped, so that references still resolve",
    "shift": "What is moved in time",
    "clean": "What is cleaned",
    "empty": "What is emptied",
    "replace": "What is written anew",
    "remove": "What goes (emptied or `CLEANED` where the object must have it)",
}
FROM = "<!-- from radiotherapy.tsv -->\n"


def rows(name: str) -> list[dict[str, str]]:
    """One TSV file."""
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def action(row: dict[str, str], vr: str) -> str:
    """What sinfonia's options make of a row: C before K before the basic action."""
    cell = min((row[option] for option in SINFONIA if row[option]), default=row["basic"])
    if cell == "C":
        return CLEANED.get(vr, "clean")
    return "uid" if "U*" in cell else WORDS[cell[0]]


def decided() -> dict[str, dict[str, str]]:
    """Tag → row of the table or of unlisted.tsv."""
    return {row["tag"]: row for name in ("table_e1_1.tsv", "unlisted.tsv") for row in rows(name)}


def tables(attributes: Iterable[dict[str, str]]) -> str:
    """The decisions, by action and reason, as Markdown."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in attributes:
        mark = "" if row["listed"] == "yes" else "\\*"
        found[row["radiotherapy"]][row["why"]].append(f"{row['name']}{mark} ({row['tag']})")
    text = ""
    for name, heading in HEADINGS.items():
        text += f"\n### {heading}\n\n| attributes | why |\n|---|---|\n"
        text += "".join(f"| {', '.join(names)} | {why} |\n" for why, names in found[name].items())
    return text


def is_rt(name: str) -> bool:
    """Whether an information object is one of radiotherapy."""
    first_or_second = name.startswith("rt-") or name.endswith(("-radiation", "-radiation-record"))
    return first_or_second or name in ("enhanced-rt-image", "enhanced-continuous-rt-image")


def occurrences(highdicom: Path) -> dict[str, set[str]]:
    """Tag → RT objects it occurs in."""
    modules = json.loads((highdicom / "module_attribute_map.json").read_text())
    found: dict[str, set[str]] = defaultdict(set)
    for name, used in json.loads((highdicom / "iod_module_map.json").read_text()).items():
        for attribute in (entry for module in used for entry in modules.get(module["key"], [])):
            tag = tag_for_keyword(attribute["keyword"])
            if is_rt(name) and tag is not None:
                found[f"{tag >> 16:04X},{tag & 0xFFFF:04X}"].add(OBJECTS.get(name, SECOND_GENERATION))
    return found


def missing(found: dict[str, set[str]], known: set[str]) -> list[str]:
    """RT rows of the table, and unlisted texts and UIDs of RT objects, without a decision."""
    table = {row["tag"] for row in rows("table_e1_1.tsv")}
    wanted = {tag for tag in table if tag.startswith(GROUPS)}
    wanted |= {tag for tag in found if tag not in table and _vr(tag) in TEXT | {"UI"}}
    return sorted(wanted - known)


def _vr(tag: str) -> str:
    return dictionary_VR(int(tag.replace(",", ""), 16))


def main(highdicom: Path | None) -> None:
    """Write both files."""
    attributes, cells = rows("radiotherapy.tsv"), decided()
    found = occurrences(highdicom) if highdicom else None
    if found and (undecided := missing(found, {row["tag"] for row in attributes})):
        raise SystemExit(f"not decided: {' '.join(undecided)}")
    order = [*OBJECTS.values(), SECOND_GENERATION]
    for row in attributes:
        known = row["tag"] in cells
        row["sinfonia"] = action(cells[row["tag"]], row["vr"]) if known else "keep"
        row["why"] = cells.get(row["tag"], {}).get("why") or row["why"]
        if found is not None:
            row["where"] = " ".join(name for name in order if name in found[row["tag"]]) or "dictionary"
    with (HERE / "radiotherapy.tsv").open("w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, dialect="excel-tab", lineterminator="\n")
        table.writeheader()
        table.writerows(attributes)
    PAGE.write_text(PAGE.read_text().split(FROM)[0] + FROM + tables(attributes))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
