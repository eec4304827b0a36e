"""Situations: what a header says about who and where, found without decoding all of it."""

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO

from cleanroom.errors import SetAside
from cleanroom.header.identifying import Identifying, harvest


def harvested(header: Dataset) -> Identifying:
    """As it is read from a file: nothing decoded."""
    file = DicomBytesIO()
    header.save_as(file, implicit_vr=False, little_endian=True)
    file.seek(0)
    return harvest(dcmread(file, force=True))


def test_a_usual_header_yields_every_kind() -> None:
    header = Dataset()
    header.PatientName = "Smith^John"
    header.PatientID = "00123-456"
    header.OtherPatientIDs = ["AB1234", "CD5678"]
    header.StudyDate = "20190102"
    header.PatientTelephoneNumbers = "+49 6221 123456"
    header.InstitutionName = "Charité"
    header.DeviceSerialNumber = "40764"
    header.SpecificCharacterSet = "ISO_IR 100"
    assert harvested(header) == {
        ("person", "Smith^John"),
        ("id", "00123-456"),
        ("id", "AB1234"),
        ("id", "CD5678"),
        ("date", "20190102"),
        ("phone", "+49 6221 123456"),
        ("place", "Charité"),
        ("device", "40764"),
    }


def test_names_and_ids_inside_sequences_are_found() -> None:
    code = Dataset()
    code.CodeValue, code.CodeMeaning = "E12345", "Jane Doe"
    performer = Dataset()
    performer.PersonIdentificationCodeSequence = [code]
    performer.InstitutionName = "Elm Hill"
    other = Dataset()
    other.PatientID = "XY-991"
    request = Dataset()
    request.RequestedProcedureID = "R-7788"
    header = Dataset()
    header.PerformingPhysicianIdentificationSequence = [performer]
    header.OtherPatientIDsSequence = [other]
    header.RequestAttributesSequence = [request]
    assert harvested(header) == {
        ("id", "E12345"),
        ("person", "Jane Doe"),
        ("place", "Elm Hill"),
        ("id", "XY-991"),
        ("id", "R-7788"),
    }


def test_an_item_speaks_its_own_character_set() -> None:
    item = Dataset()
    item.SpecificCharacterSet = "ISO_IR 144"
    item.PersonName = "Иванов"
    header = Dataset()
    header.VerifyingObserverSequence = [item]
    assert harvested(header) == {("person", "Иванов")}


def test_bytes_that_do_not_fit_are_guessed_and_not_forgotten() -> None:
    header = Dataset()
    header.add_new(0x00100010, "PN", "Müller^Jörg".encode("latin-1"))
    assert harvested(header) == {("person", "Müller^Jörg")}


def test_short_and_empty_values_are_no_identities() -> None:
    header = Dataset()
    header.StudyID, header.AccessionNumber, header.PatientID = "1", "000000", ""
    header.StationName, header.InstitutionName, header.PatientName = "MR1", " - ", "^^^^"
    assert harvested(header) == frozenset()


def test_the_birth_date_stays_an_identity_where_dates_are_kept() -> None:
    header = Dataset()
    header.PatientBirthDate = "19600312"
    assert harvested(header) == {("id", "19600312"), ("date", "19600312")}


def test_an_unknown_character_set_sets_the_file_aside() -> None:
    header = Dataset()
    header.add_new(0x00080005, "CS", "ISO_IR 999")
    header.PatientName = "Smith"
    with pytest.raises(SetAside):
        harvested(header)
