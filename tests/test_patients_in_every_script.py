"""The same Patient ID in another character set is the same patient; one that cannot be read is nobody's."""

from pathlib import Path

import pytest
from exports import save
from hospital import Hospital
from pydicom.charset import python_encoding
from pydicom.dataset import FileDataset

from cleanroom.patients.patient import UNREADABLE


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


WRITTEN = {
    "ISO_IR 100": "Müller-1",
    "ISO_IR 101": "Łukasz-1",
    "ISO_IR 109": "Ħaż-1",
    "ISO_IR 110": "Ģirts-1",
    "ISO_IR 144": "Люкceмбypг-1",
    "ISO_IR 127": "قباني-1",
    "ISO_IR 126": "Διονυσιος-1",
    "ISO_IR 138": "שרון-1",
    "ISO_IR 148": "Çavuşoğlu-1",
    "ISO_IR 13": "ﾔﾏﾀﾞ-1",
    "ISO_IR 166": "สมชาย-1",
    "ISO_IR 203": "Œuvre-1",
    "GB18030": "王小东-1",
    "GBK": "王小东-1",
    "ISO 2022 IR 87": "山田-1",
    "ISO 2022 IR 159": "丂-1",
    "ISO 2022 IR 149": "김희중-1",
    "ISO 2022 IR 58": "王小东-1",
}


NOT_BY_PYDICOM = {
    "ISO_IR 13": b"\xd4\xcf\xc0\xde",
    "ISO_IR 203": b"\xbcuvre",
    "ISO 2022 IR 58": b"\x1b$)A\xcd\xf5\xd0\xa1\xb6\xab",
}
"""The names as bytes, where pydicom reads a character set and does not write it."""


def stored(made: FileDataset, path: Path, name: bytes) -> None:
    """Write an instance with ID and issuer of these bytes."""
    made["PatientID"]._value = name + made.PatientID[-2:].encode()
    made["IssuerOfPatientID"]._value = name
    save(made, path)


@pytest.mark.parametrize("character_set", WRITTEN)
def test_the_same_id_in_another_character_set_is_the_same_patient(
    hospital: Hospital, character_set: str
) -> None:
    patient_id, issuer = WRITTEN[character_set], WRITTEN[character_set][:-2]
    sets = ["", character_set] if "2022" in character_set else character_set
    one = hospital.add(patient_id, issuer, SpecificCharacterSet=sets)
    hospital.add(patient_id, issuer, SpecificCharacterSet="ISO_IR 192")
    other = hospital.add(patient_id[:-1] + "2", issuer, SpecificCharacterSet=sets)
    if character_set in NOT_BY_PYDICOM:
        for number, made in ((1, one), (3, other)):
            stored(made, hospital.root / "input" / f"IM{number}", NOT_BY_PYDICOM[character_set])
    raw = (hospital.root / "input" / "IM1").read_bytes()
    assert patient_id.encode() not in raw, "the test means to write another character set"
    assert b"?" not in raw
    table = f"patient_id;issuer;pseudonym\n{patient_id};{issuer};T-1\n{patient_id[:-1]}2;{issuer};T-2\n"
    assert hospital.patients(table) == ["T-1", "T-1", "T-2"]
    assert set(hospital.crosswalk("patient")) == {f"{patient_id[:-1]}{number}^^^{issuer}" for number in "12"}


def test_every_character_set_of_the_standard_is_tried() -> None:
    """Those with code extensions have the same repertoire as those without."""
    plain = {name.replace("ISO 2022 IR", "ISO_IR") for name in python_encoding if name}
    tried = {name.replace("ISO 2022 IR", "ISO_IR") for name in WRITTEN} | {"ISO_IR 6", "ISO_IR 192"}
    assert {name for name in plain if name.startswith(("ISO_IR", "GB"))} <= tried


def test_ids_that_cannot_be_read_are_set_aside_and_never_merged(hospital: Hospital) -> None:
    for letter in (b"\xfc", b"\xf6"):
        made = hospital.add("", "A", SpecificCharacterSet="ISO_IR 192")
        stored(made, hospital.root / "input" / f"IM{hospital.count}", b"M" + letter + b"ller-1")
    hospital.patients()
    assert set(hospital.files()["reason"]) == {UNREADABLE}
