"""Who is one patient: by Patient ID and issuer, and by the file of assigned ids."""

from pathlib import Path

import pydicom
import pytest
from hospital import Hospital

from cleanroom import step
from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.identity import Identity, load_key
from cleanroom.intake.take_in import take_in
from cleanroom.patients.patient import CONTRADICTED, TWO_PATIENTS, UNKNOWN, UNREADABLE, WITHOUT_ID
from cleanroom.report.reasons import WORDS
from cleanroom.study import BEFORE, Study


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def test_surrounding_spaces_do_not_matter_and_leading_zeros_do(hospital: Hospital) -> None:
    for patient_id in ("4711", " 4711 ", "04711"):
        hospital.add(patient_id)
    one, other, third = hospital.patients()
    assert one == other != third


def test_the_same_id_of_two_issuers_is_two_patients(hospital: Hospital) -> None:
    for issuer in ("", "A", "B", "A "):
        hospital.add("4711", issuer)
    names = hospital.patients()
    assert len(set(names)) == 3
    assert names[1] == names[3]
    assert set(hospital.crosswalk("patient")) == {"4711", "4711^^^A", "4711^^^B"}


def test_two_patients_in_one_study_are_set_aside_unless_the_file_merges_them(hospital: Hospital) -> None:
    for patient_id in ("4711", "4712"):
        hospital.add(patient_id, study="1.2.3")
    hospital.patients()
    assert set(hospital.files()["reason"]) == {TWO_PATIENTS}
    table = "patient_id,pseudonym\n4711,T-1\n4712,T-1\n"
    assert hospital.patients(table, merge=True) == ["T-1", "T-1"]
    assert set(hospital.files()["reason"]) == {""}


def test_merged_patients_share_pseudonym_and_date_shift_and_the_crosswalk_has_both(
    hospital: Hospital,
) -> None:
    for patient_id in ("4711", "4712", "4713"):
        hospital.add(patient_id)
    table = "patient_id,pseudonym\n4711,T-1\n4712,T-1\n4713,T-3\n"
    assert hospital.patients(table, merge=True) == ["T-1", "T-1", "T-3"]
    assert hospital.crosswalk("patient") == {"4711": "T-1", "4712": "T-1", "4713": "T-3"}
    days = hospital.crosswalk("date_shift_days")
    assert days["4711"] == days["4712"] != days["4713"]
    assert int(days["4711"]) % 7 == 0


def test_the_file_can_give_the_date_shift(hospital: Hospital) -> None:
    for patient_id in ("4711", "4712"):
        hospital.add(patient_id)
    table = "patient_id,pseudonym,shift_days\n4711,T-1,-364\n4712,T-2,\n"
    hospital.patients(table)
    settings = hospital.settings(table)
    key = Identity(load_key(settings.private / "key"))
    studies = {study.patient: study for study in (Study(settings, name) for name in take_in(settings))}
    assert studies["T-1"].identity.date_shift_days("T-1") == -364
    assert studies["T-2"].identity.date_shift_days("T-2") == key.date_shift_days("T-2")
    assert hospital.crosswalk("date_shift_days") == {"4711": "-364", "4712": str(key.date_shift_days("T-2"))}


def test_who_is_not_in_the_file_is_set_aside_and_listed(hospital: Hospital) -> None:
    for patient_id, issuer in (("4711", ""), ("=4712", "A"), ("", "")):
        hospital.add(patient_id, issuer)
    names = hospital.patients("patient_id,issuer,pseudonym\n4711,,T-1\n")
    assert names[0] == "T-1"
    assert list(hospital.files()["reason"]) == ["", UNKNOWN, WITHOUT_ID]
    missing = hospital.root / "private" / "patients_missing.tsv"
    assert missing.read_text() == "patient_id\tissuer\tpseudonym\n=4712\tA\t\n"
    hospital.patients("patient_id,issuer,pseudonym\n4711,,T-1\n=4712,A,T-2\n")
    assert not missing.exists()


def test_who_is_not_in_the_file_can_have_a_keyed_pseudonym(hospital: Hospital) -> None:
    for patient_id in ("4711", "4712", ""):
        hospital.add(patient_id)
    keyed = hospital.patients()
    assert hospital.patients("patient_id,pseudonym\n4711,T-1\n", unknown="pseudonym") == ["T-1", *keyed[1:]]


def test_who_is_not_in_the_file_can_stop_the_run(hospital: Hospital) -> None:
    for patient_id in ("4711", "4712", ""):
        hospital.add(patient_id)
    settings = hospital.settings("patient_id,pseudonym\n4711,T-1\n", unknown="stop")
    with pytest.raises(StopRun, match=r"1 patients of the input are not .* and some have no Patient ID"):
        take_in(settings)
    assert "4712" in (settings.private / "patients_missing.tsv").read_text()
    with pytest.raises(StopRun, match="are not in the patients file"):
        clean_folder(settings.input, hospital.root / "out", settings)
    assert not (hospital.root / "out").exists()


def test_without_an_issuer_column_an_id_counts_whatever_its_issuer(hospital: Hospital) -> None:
    hospital.add("4711", "A", study="1.2.3")
    hospital.add("4711", "", study="1.2.3")
    assert hospital.patients("patient_id,pseudonym\n4711,T-1\n") == ["T-1", "T-1"]
    assert set(hospital.files()["reason"]) == {""}


def test_one_line_never_stands_for_the_ids_of_two_issuers(hospital: Hospital) -> None:
    for issuer in ("A", "B"):
        hospital.add("4711", issuer)
    table = "patient_id,pseudonym\n4712,T-2\n4711,T-1\n"
    with pytest.raises(StopRun, match="line 3: the input has this patient_id from 2 issuers"):
        take_in(hospital.settings(table))
    one, other = hospital.patients(table, conflict="set_aside")
    assert one != other
    assert set(hospital.files()["reason"]) == {CONTRADICTED}
    both = "patient_id,issuer,pseudonym\n4711,A,T-1\n4711,B,T-1\n"
    assert hospital.patients(both, merge=True) == ["T-1", "T-1"]


def test_about_whom_the_file_contradicts_itself_is_set_aside(hospital: Hospital) -> None:
    for patient_id in ("4711", "4712"):
        hospital.add(patient_id)
    table = "patient_id,pseudonym\n4711,T-1\n4711,T-2\n4712,T-3\n"
    hospital.patients(table, conflict="set_aside")
    assert hospital.files()["reason"].to_dict() == {"IM1": CONTRADICTED, "IM2": ""}


def test_a_pseudonym_is_never_the_patient_id_of_somebody(hospital: Hospital) -> None:
    for patient_id in ("4711", "t-01"):
        hospital.add(patient_id)
    settings = hospital.settings("patient_id,pseudonym\n4711,T-01\n")
    with pytest.raises(StopRun, match="line 2: its pseudonym is the Patient ID of somebody in the input"):
        take_in(settings)


def test_another_patient_in_the_file_leaves_the_manifests_of_the_others(hospital: Hospital) -> None:
    for patient_id in ("4711", "4712"):
        hospital.add(patient_id)
    settings = hospital.settings("patient_id,pseudonym\n4711,T-1\n")
    (study,) = take_in(settings)
    manifest = settings.private / "studies" / study / "manifest.tsv"
    before = manifest.stat().st_mtime_ns
    assert len(take_in(hospital.settings("patient_id,pseudonym\n4711,T-1\n4712,T-2\n"))) == 2
    assert manifest.stat().st_mtime_ns == before


def released(settings: Config) -> set[str]:
    """The patients in the release after a run."""
    for name in take_in(settings):
        for each in BEFORE:
            step.run(each, Study(settings, name))
    release = settings.output / "release"
    return {path.relative_to(release).parts[1] for path in release.rglob("*.dcm")}


def test_a_release_follows_the_pseudonym_and_goes_with_the_patient(hospital: Hospital) -> None:
    hospital.add("4711")
    (keyed,) = released(hospital.settings())
    assert keyed.startswith("P")
    assert released(hospital.settings("patient_id,pseudonym\n4711,T-1\n")) == {"T-1"}
    assert released(hospital.settings("patient_id,pseudonym\n4712,T-2\n")) == set()
    assert not list((hospital.root / "output" / "release").rglob("*"))


def test_a_pseudonym_does_not_go_to_another_person_while_it_is_in_use(hospital: Hospital) -> None:
    hospital.add("4711")
    assert released(hospital.settings("patient_id,pseudonym\n4711,T-1\n")) == {"T-1"}
    (hospital.root / "input" / "IM1").unlink()
    hospital.add("4712")
    other = hospital.settings("patient_id,pseudonym\n4712,T-1\n")
    with pytest.raises(StopRun, match="line 2: its pseudonym was another patient's"):
        take_in(other)
    both = "patient_id,pseudonym\n4711,T-1\n4712,T-1\n"
    assert released(hospital.settings(both, merge=True)) == {"T-1"}


def test_two_pseudonyms_that_were_exchanged_are_put_right(hospital: Hospital) -> None:
    for patient_id in ("4711", "4712"):
        hospital.add(patient_id)
    assert released(hospital.settings("patient_id,pseudonym\n4711,T-2\n4712,T-1\n")) == {"T-1", "T-2"}
    settings = hospital.settings("patient_id,pseudonym\n4711,T-1\n4712,T-2\n")
    assert released(settings) == {"T-1", "T-2"}
    (path,) = (settings.output / "release" / "dicom" / "T-1").rglob("*.dcm")
    crosswalk = Identity(load_key(settings.private / "key"))
    assert pydicom.dcmread(path).StudyInstanceUID == crosswalk.uid("1.2.1")


def test_every_reason_has_its_fix() -> None:
    assert set(WORDS["reasons"]) == {UNREADABLE, UNKNOWN, WITHOUT_ID, CONTRADICTED, TWO_PATIENTS}
