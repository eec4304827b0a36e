"""What Table E.1-1 forgets: every attribute has one decision and a reason."""

import runpy
from collections import Counter

import pytest
from pydicom._dicom_dict import DicomDictionary

from cleanroom.header import tables
from cleanroom.header.tables import HEADERS

TEXT = {"LO", "SH", "ST", "LT", "UT", "UC"}
FIVE = {"RTSTRUCT", "RTPLAN", "RTDOSE", "RTIMAGE", "RTBEAMS"}
FIRST = FIVE | {"RTBRACHY", "RTIONBEAMS", "RTSUMMARY", "RTIONPLAN"}
TABLE = {row["tag"]: row for row in tables.rows("table_e1_1.tsv")}
UNLISTED = {row["tag"]: row for row in tables.rows("unlisted.tsv")}
RT = tables.rows("radiotherapy.tsv")
OPTIONS = [name for name in tables.rows("table_e1_1.tsv")[0] if name not in ("tag", "name", "basic")]
ACTIONS = {"keep", "clean", "shift", "empty", "replace", "remove", "uid", "set_aside"}
SCRIPT = runpy.run_path(str(HEADERS / "radiotherapy.py"))


def number(tag: str) -> int:
    return int(tag.rsplit(">", maxsplit=1)[-1].replace(",", ""), 16)


def of_objects(*kinds: str) -> list[str]:
    """All attributes of these value representations that an object of PS3.3 has."""
    tags = {row["tag"] for row in tables.rows("attribute_types.tsv")}
    found = sorted(tag for tag in tags if DicomDictionary[int(tag, 16)][0] in kinds)
    return [f"{tag[:4]},{tag[4:]}" for tag in found]


@pytest.mark.parametrize(
    ("kinds", "every", "forgotten"), [(TEXT, 489, 312), ({"UI"}, 82, 37), ({"PN"}, 15, 0)]
)
def test_counts_of_what_the_table_forgets(kinds: set[str], every: int, forgotten: int) -> None:
    tags = of_objects(*kinds)
    assert (len(tags), sum(tag not in TABLE for tag in tags)) == (every, forgotten)


def test_every_uid_that_the_table_forgets_is_mapped_or_names_a_kind_of_thing() -> None:
    cells = Counter(UNLISTED[tag]["basic"] for tag in of_objects("UI") if tag not in TABLE)
    assert cells == {"U": 21, "K": 16}
    assert all(row["retain_uids"] == "K" for row in UNLISTED.values() if row["basic"] == "U")


def test_every_address_is_removed() -> None:
    addresses = [tag for tag in of_objects("UR") if tag not in TABLE and tag != "0008,0120"]
    assert len(addresses) == 10
    for tag in addresses:
        assert {UNLISTED[tag][column] for column in ("basic", *OPTIONS)} == {"X/Z/D", ""}


def test_dates_in_words_are_never_kept() -> None:
    for tag in ("0010,0033", "0010,0034"):
        assert not any(UNLISTED[tag][option] for option in OPTIONS)


@pytest.mark.parametrize("name", ["unlisted.tsv", "radiotherapy.tsv"])
def test_every_row_has_a_reason_and_its_place(name: str) -> None:
    rows = tables.rows(name)
    order = [row["tag"] for row in rows]
    assert order == sorted(set(order))
    assert all(len(row["why"].split()) >= 2 for row in rows)


def test_unlisted_attributes_are_of_the_standard_and_not_in_its_table() -> None:
    assert not UNLISTED.keys() & TABLE.keys()
    for tag, row in UNLISTED.items():
        if "x" not in tag:
            assert row["name"].split(" > ")[-1] == DicomDictionary[number(tag)][2]
        cells = {row[column] for column in ("basic", *OPTIONS)}
        assert cells <= {"", "X", "Z", "D", "K", "C", "U", "X/Z/D"}


def test_counts_of_radiotherapy() -> None:
    listed = [row for row in RT if row["listed"] == "yes" and row["tag"].startswith(SCRIPT["GROUPS"])]
    texts = [set(row["where"].split()) for row in RT if row["listed"] == "no" and row["vr"] in TEXT]
    assert (len(RT), len(listed), len(texts)) == (311, 114, 146)
    assert sum(bool(where & FIVE) for where in texts) == 109
    assert sum(bool(where & FIRST) for where in texts) == 122


def test_every_rt_row_of_the_table_and_every_forgotten_rt_text_has_one_decision() -> None:
    tags = [row["tag"] for row in RT]
    assert set(tags) >= {tag for tag in TABLE if tag.startswith(SCRIPT["GROUPS"])}
    assert len(tags) == len(set(tags))
    assert {row["radiotherapy"] for row in RT} <= ACTIONS
    for row in RT:
        assert (row["listed"] == "yes") == (row["tag"] in TABLE)
        if row["listed"] == "no" and row["vr"] not in ("SQ", "UI"):
            assert row["tag"] in UNLISTED


def test_the_actions_are_what_sinfonia_does_and_radiotherapy_weakens_none() -> None:
    cells = SCRIPT["decided"]()
    for row in RT:
        if row["tag"] in cells:
            assert row["sinfonia"] == SCRIPT["action"](cells[row["tag"]], row["vr"]), row["tag"]
        assert row["radiotherapy"] == row["sinfonia"]


def test_the_page_shows_the_decisions() -> None:
    shown = SCRIPT["PAGE"].read_text().split(SCRIPT["FROM"])[1]
    assert shown == SCRIPT["tables"](RT)
