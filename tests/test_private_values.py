"""Private values: cleaned by what they are."""

import struct

import pytest
from private_cleaning import Walk
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cleanroom.clean.private import PrivateRules, clean_private
from cleanroom.clean.private.listing import reviewed
from cleanroom.header import tables
from cleanroom.header.elements import Element, stored


def _kept(creator: str, tag: int, vr: str, value: bytes, walk: Walk | None = None) -> Element | None:
    block = tag & 0xFFFF0000 | tag >> 8 & 0xFF
    source = Dataset(
        {BaseTag(block): stored(block, "LO", creator.encode()), BaseTag(tag): stored(tag, vr, value)}
    )
    return clean_private(source, PrivateRules(), walk or Walk()).get(BaseTag(tag))


PHILIPS = "Philips Imaging DD 001"
SIEMENS = "SIEMENS MR HEADER"


@pytest.mark.parametrize(
    ("value", "stays"), [(b"1000", True), (b"0 ", True), (b"Doe^Jane", False), (b"", False)]
)
def test_a_number_stays_when_it_is_one(value: bytes, stays: bool) -> None:
    assert (_kept(SIEMENS, 0x0019100C, "IS", value) is not None) == stays


def test_the_number_zero_is_a_number() -> None:
    assert _kept("GEMS_PARM_01", 0x0043102F, "SS", b"\0\0") is not None


@pytest.mark.parametrize("value", [b"Sag>Cor(4.3)>Tra(-1.5)", b"Tra"])
def test_a_reviewed_code_stays_without_being_read_as_free_text(value: bytes) -> None:
    assert _kept(SIEMENS, 0x0051100E, "LO", value) is not None


def test_other_text_is_cleaned_as_free_text() -> None:
    assert _kept(SIEMENS, 0x0051100E, "LO", b"Dr. Doe") is None
    assert _kept(SIEMENS, 0x0051100E, "LO", b"Dr. Who", Walk((b"Doe",), keeps_text=True)) is not None
    assert _kept(SIEMENS, 0x0051100E, "LO", b"Dr. Doe", Walk((b"Doe",), keeps_text=True)) is None


def test_a_code_that_is_also_the_name_of_the_patient_goes() -> None:
    assert _kept(PHILIPS, 0x2001100B, "CS", b"CORONAL", Walk((b"CORONAL",))) is None


def test_uids_are_mapped_also_where_they_are_stored_as_text() -> None:
    for vr in ("UI", "LO"):
        kept = _kept("NQHeader", 0x00991002, vr, b"1.3.12.2.1107.5.2.43.67093.1")
        assert kept is not None
        assert kept.value.startswith(b"2.25.")


def test_a_date_moves_and_a_name_goes() -> None:
    assert getattr(_kept(PHILIPS, 0x20011003, "DA", b"20221103"), "value", b"") == b"20000101"
    assert _kept(PHILIPS, 0x20011003, "PN", b"Doe^Jane", Walk(keeps_text=True)) is None


def test_bytes_stay_only_where_they_are_reviewed_and_hold_no_identity() -> None:
    hologic = ("HOLOGIC, Inc.", 0x7E011012, "OB", b"pixels of Doe")

    assert _kept(*hologic) is not None
    assert _kept(*hologic, Walk((b"Doe",))) is None
    assert _kept(PHILIPS, 0x2001107D, "OW", b"\1\2") is None
    assert _kept("Philips ST80i", 0x00251001, "OB", b"\1\2") is None


def test_a_vendor_header_stored_as_something_else_goes() -> None:
    assert _kept("SIEMENS CSA HEADER", 0x00291010, "LT", b"Doe", Walk(keeps_text=True)) is None


def test_the_whole_standard_table_is_known() -> None:
    rows = tables.rows("safe_private.tsv")
    gone = {place for place, listed in reviewed().items() if listed.form == "gone"}

    assert len(rows) == 479
    assert gone == {
        (PHILIPS, 0x2001, 0x7D),
        (PHILIPS, 0x2001, 0xFF),
        ("Philips ST80i", 0x0025, 0x01),
        ("SIEMENS Ultrasound SC2000", 0x0129, 0x08),
        ("SIEMENS Ultrasound SC2000", 0x0129, 0x10),
        ("SIEMENS Ultrasound SC2000", 0x0129, 0x22),
    }


def test_every_number_of_the_standard_table_stays_under_its_creator() -> None:
    for row in tables.rows("safe_private.tsv"):
        group, number = row["tag"].split(",")
        creator, tag = row["private_creator"], int(group, 16) << 16 | 0x1000 | int(number[2:], 16)
        listed = reviewed()[creator, int(group, 16), int(number[2:], 16)]
        if not listed.form:
            assert _kept(creator, tag, "FD", struct.pack("<d", 0.5)) is not None, row


@pytest.mark.parametrize("name", ["SMITH", "Smith", "SMITH JOHN", "Doe^Jane", "12345678", "Mary"])
def test_no_reviewed_pattern_takes_a_name_or_a_number_of_a_patient(name: str) -> None:
    taking = [
        place for place, listed in reviewed().items() if listed.pattern and listed.pattern.fullmatch(name)
    ]

    assert taking == []
