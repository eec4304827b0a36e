"""Who, when and which: dates, ages, UIDs and Patient IDs, with the default profile and others."""

import datetime
from pathlib import Path

import pydicom
import pytest
from cleaning import IDENTITY, PATIENT, SINFONIA, cleaned, instance, values_for, written
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from cleanroom.clean.folder import clean_folder
from cleanroom.clean.profile import load
from cleanroom.clean.rules import Rules
from cleanroom.config import Config

SHIFT = datetime.timedelta(IDENTITY.date_shift_days(PATIENT))
DICOMCLEANER = Rules(load("dicomcleaner"))
BRACHY = "1.2.840.10008.5.1.4.1.1.481.5"
dates = st.dates(datetime.date(1930, 1, 1), datetime.date(2100, 1, 1))
clocks = st.times().map(lambda time: f"{time:%H%M%S.%f}")
zones = st.sampled_from(["", "+0100", "-0330", "+1400", "-1200"])


def told(date: datetime.date) -> str:
    return f"{date:%Y%m%d}"


def dated(first: datetime.date, second: datetime.date, clock: str, zone: str) -> Dataset:
    """Dates of every kind, at every depth."""
    header = instance(BRACHY)
    header.StudyDate, header.SeriesDate, header.StudyTime = told(first), told(second), clock
    header.AcquisitionDateTime = told(second) + clock + zone
    item, inner = Dataset(), Dataset()
    item.ScheduledProcedureStepStartDate = told(first)
    inner.SourceStrengthReferenceDate, inner.SourceStrengthReferenceTime = told(second), clock
    header.ReferencedImageSequence = [Dataset()]
    header.ReferencedImageSequence[0].StudyDate = told(second)
    header.RequestAttributesSequence, header.SourceSequence = [item], [inner]
    return header


@settings(deadline=None, max_examples=60)
@given(dates, dates, clocks, zones)
def test_every_date_moves_by_the_same_whole_weeks(
    first: datetime.date, second: datetime.date, clock: str, zone: str
) -> None:
    after, _, _ = cleaned(dated(first, second, clock, zone), SINFONIA)
    new_first, new_second = told(first + SHIFT), told(second + SHIFT)
    item, source = after.RequestAttributesSequence[0], after.SourceSequence[0]
    assert SHIFT.days % 7 == 0
    assert SHIFT.days != 0
    assert (after.StudyDate, after.SeriesDate, after.StudyTime) == (new_first, new_second, clock)
    assert after.AcquisitionDateTime == new_second + clock + zone
    assert item.ScheduledProcedureStepStartDate == new_first
    assert after.ReferencedImageSequence[0].StudyDate == new_second
    assert (source.SourceStrengthReferenceDate, source.SourceStrengthReferenceTime) == (new_second, clock)


@settings(deadline=None, max_examples=30)
@given(dates, dates, clocks, zones)
def test_full_dates_stay_as_they_are(
    first: datetime.date, second: datetime.date, clock: str, zone: str
) -> None:
    header = dated(first, second, clock, zone)
    after, _, _ = cleaned(header, DICOMCLEANER)
    assert (after.StudyDate, after.SeriesDate) == (told(first), told(second))
    assert after.AcquisitionDateTime == told(second) + clock + zone
    assert after.SourceSequence[0].SourceStrengthReferenceDate == told(second)
    assert after.LongitudinalTemporalInformationModified == "UNMODIFIED"
    assert "113106" in [item.CodeValue for item in after.DeidentificationMethodCodeSequence]


@given(st.integers(0, 999), st.sampled_from("DWMY"))
def test_only_ages_over_89_years_are_capped(number: int, unit: str) -> None:
    header = instance()
    header.PatientAge = f"{number:03d}{unit}"
    expected = "090Y" if unit == "Y" and number > 89 else header.PatientAge
    assert cleaned(header, SINFONIA)[0].PatientAge == expected


def test_uids_stay_where_a_profile_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: sinfonia\nuids: kept\n")
    rules = Rules(load(str(tmp_path / "mine.yaml")))
    header = instance()
    header.FrameOfReferenceUID = "1.2.3.4.5"
    header.ReferencedImageSequence = [Dataset()]
    header.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3.4.6"
    after, _, _ = cleaned(header, rules)
    assert (after.SOPInstanceUID, after.StudyInstanceUID) == ("1.2.3.4.1", "1.2.3.4.2")
    assert after.FrameOfReferenceUID == "1.2.3.4.5"
    assert after.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.6"
    assert after.file_meta.MediaStorageSOPInstanceUID == "1.2.3.4.1"
    assert "113110" in [item.CodeValue for item in after.DeidentificationMethodCodeSequence]
    assert after.PatientID == PATIENT


def test_uids_that_dicom_registers_stay() -> None:
    header = instance()
    header.FrameOfReferenceUID = "1.2.840.10008.1.4.1.1"
    header.ReferencedImageSequence = [Dataset()]
    header.ReferencedImageSequence[0].ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    after, _, _ = cleaned(header, SINFONIA)
    assert after.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"
    assert after.ReferencedImageSequence[0].ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.4"


IDS = [
    ("ISO_IR 6", "4711-0815", "ascii"),
    ("ISO_IR 100", "Müller-7", "latin-1"),
    ("ISO_IR 144", "Иван-7", "iso8859-5"),
    ("ISO_IR 126", "Ωμέγα-7", "iso8859-7"),
    ("ISO_IR 13", "ﾔﾏﾀﾞ-7", "shift_jis"),
    ("ISO_IR 192", "山田-7", "utf-8"),
    ("GB18030", "张三-7", "gb18030"),
]


@pytest.mark.parametrize(("charset", "patient_id", "codec"), IDS)
def test_an_id_is_one_patient_in_its_character_set_and_in_utf_8(
    tmp_path: Path, charset: str, patient_id: str, codec: str
) -> None:
    (tmp_path / "in").mkdir()
    for number, (term, encoding) in enumerate([(charset, codec), ("ISO_IR 192", "utf-8")]):
        header = instance()
        header.SOPInstanceUID = f"1.2.3.4.1.{number}"
        header.SpecificCharacterSet = term
        header.add_new(0x00100020, "LO", patient_id.encode(encoding))
        header.add_new(0x00081030, "LO", f"MR {patient_id} T1".encode(encoding))
        (tmp_path / "in" / f"{number}.dcm").write_bytes(written(header))
    done = clean_folder(tmp_path / "in", tmp_path / "out", Config(private=tmp_path / "private"))
    after = [pydicom.dcmread(path) for path in (tmp_path / "out").rglob("*.dcm")]
    assert done.files == 2
    assert len({header.PatientID for header in after}) == 1
    assert {header.StudyDescription for header in after} == {"MR T1"}


@pytest.mark.parametrize("blank", ["", " ", "\0\0"])
def test_patients_without_an_id_are_their_studies(tmp_path: Path, blank: str) -> None:
    (tmp_path / "in").mkdir()
    for number, study in enumerate(["1.2.3.4.2", "1.2.3.4.2", "1.2.3.4.3"]):
        header = instance()
        header.SOPInstanceUID, header.StudyInstanceUID = f"1.2.3.4.1.{number}", study
        header.add_new(0x00100020, "LO", blank.encode())
        (tmp_path / "in" / f"{number}.dcm").write_bytes(written(header))
    done = clean_folder(tmp_path / "in", tmp_path / "out", Config(private=tmp_path / "private"))
    after = [pydicom.dcmread(path) for path in (tmp_path / "out").rglob("*.dcm")]
    assert done.files == 3
    assert (
        len({header.PatientID for header in after}) == len({header.StudyInstanceUID for header in after}) == 2
    )
    assert all(header.PatientID.startswith("P") for header in after)


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3), max_size=5), st.integers(-5, 5))
def test_the_quick_look_at_numbers_never_misses_an_identity(numbers: list[object], power: int) -> None:
    header = instance()
    header.PatientID = "47110815"
    header.PatientBirthDate = "19600312"
    values = values_for(header, SINFONIA)
    identities = ["47110815", "047110815.0", "19600312", "19600312.5", "4711081.5", f"47110815E{power}"]
    texts = [*map(str, numbers), *identities]
    for text in texts:
        slow = values._text.names_somebody(text)
        assert values.names_somebody(text.encode()) == slow
    assert values.names_somebody(b"1.5\\47110815")
