"""Writes the TSV files beside it from the standard's tables; run it when a new edition comes out.

    python workflow/headers/generate.py STANDARD HIGHDICOM

STANDARD is the folder with the JSON files of PS3.15 2026d; HIGHDICOM is `highdicom/_standard` of PyPI
highdicom 0.28.2 (MIT): which attribute has which type in which information object.
"""

import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

HERE = Path(__file__).parent
TABLE_SHA256 = "e257bc5e1cfecb3156ad3b871c43e6d73581cba6e80df460f4a4a87694e89442"
OPTIONS = [
    "retain_safe_private",
    "retain_uids",
    "retain_device_identity",
    "retain_institution_identity",
    "retain_patient_characteristics",
    "retain_longitudinal_full_dates",
    "retain_longitudinal_modified_dates",
    "clean_descriptors",
    "clean_structured_content",
    "clean_graphics",
]
STRICTEST_FIRST = ["1", "1C", "2", "2C", "3"]


def write(name: str, columns: list[str], rows: Iterable[Iterable[str]]) -> None:
    """Write one TSV file."""
    with (HERE / name).open("w", newline="") as file:
        table = csv.writer(file, dialect="excel-tab", lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def table_rows(standard: Path) -> Iterator[list[str]]:
    """Table E.1-1, checked against the digest of its edition."""
    rows = json.loads((standard / "ps3.15_table_E.1-1_2026d.json").read_text())["rows"]
    canonical = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if hashlib.sha256(canonical.encode()).hexdigest() != TABLE_SHA256:
        raise SystemExit("Table E.1-1 is not the 2026d edition: its digest differs")
    for row in rows:
        tag = "gggg,eeee" if "gggg" in row["tag"] else row["tag"].strip("()")
        yield [tag, row["name"], row["basic_profile"], *(row["options"].get(name, "") for name in OPTIONS)]


def private_rows(standard: Path) -> Iterator[list[str]]:
    """Table E.3.10-1, safe private attributes."""
    for row in json.loads((standard / "ps3.15_table_E.3.10-1_safe_private.json").read_text()):
        yield [row["tag"].strip("()"), row["private_creator"], row["meaning"]]


def attribute_types(highdicom: Path) -> Iterator[list[str]]:
    """Object, parent sequence, tag, type: `*` stands for every object that has no row of its own."""
    modules = json.loads((highdicom / "module_attribute_map.json").read_text())
    objects = json.loads((highdicom / "iod_module_map.json").read_text())
    types: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, used in objects.items():
        for attribute in _attributes(modules, used):
            place = _place(attribute)
            if place and attribute["type"] in STRICTEST_FIRST:
                known = types[place].get(name, "3")
                types[place][name] = min(known, attribute["type"], key=STRICTEST_FIRST.index)
    for (parent, tag), by_object in sorted(types.items()):
        strictest = min(by_object.values(), key=STRICTEST_FIRST.index)
        yield ["*", parent, tag, strictest]
        yield from (
            [name, parent, tag, kind] for name, kind in sorted(by_object.items()) if kind != strictest
        )


def _attributes(modules: Any, used: Any) -> Iterator[Any]:
    for module in used:
        yield from modules.get(module["key"], [])


def _place(attribute: Any) -> tuple[str, str] | None:
    tag = tag_for_keyword(attribute["keyword"])
    parent = tag_for_keyword(attribute["path"][-1]) if attribute["path"] else 0
    if tag is None or parent is None:
        return None
    return (f"{parent:08X}" if parent else "", f"{tag:08X}")


def object_modules(highdicom: Path) -> Iterator[list[str]]:
    """Object and its modules."""
    objects = json.loads((highdicom / "iod_module_map.json").read_text())
    for name, used in sorted(objects.items()):
        yield [name, " ".join(sorted({module["key"] for module in used}))]


def module_attributes(highdicom: Path) -> Iterator[list[str]]:
    """Modules, parent sequence, tags: which attributes they have in which sequence."""
    modules = json.loads((highdicom / "module_attribute_map.json").read_text())
    tags: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module, attributes in modules.items():
        for place in filter(None, map(_place, attributes)):
            tags[module, place[0]].add(place[1])
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (module, parent), found in sorted(tags.items()):
        same[parent, " ".join(sorted(found))].append(module)
    for (parent, found_tags), names in sorted(same.items()):
        yield [" ".join(names), parent, found_tags]


def main(standard: Path, highdicom: Path) -> None:
    """Write all files."""
    write("table_e1_1.tsv", ["tag", "name", "basic", *OPTIONS], table_rows(standard))
    write("safe_private.tsv", ["tag", "private_creator", "meaning"], private_rows(standard))
    codes = json.loads((standard / "cid7050_deidentification_method_2026d.json").read_text())
    write("cid7050.tsv", ["scheme", "value", "meaning"], codes)
    write("attribute_types.tsv", ["object", "parent", "tag", "type"], attribute_types(highdicom))
    write("object_modules.tsv", ["object", "modules"], object_modules(highdicom))
    write("module_attributes.tsv", ["modules", "parent", "tags"], module_attributes(highdicom))
    classes = json.loads((highdicom / "sop_class_iod_map.json").read_text())
    write("sop_classes.tsv", ["sop_class_uid", "object"], sorted(classes.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
