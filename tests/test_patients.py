"""Who is one patient: by Patient ID and issuer, in every character set, and by the file of assigned ids."""

from pathlib import Path

import pandas as pd
import pydicom
import pytest
from exports import instance, save
from pydicom.charset import python_encoding
from pydicom.dataset import FileDataset

from cleanroom import config, step
from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.identity import Identity, load_key
from cleanroom.intake import inventory, take_in
from cleanroom.patients.patient import CONTRADICTED, TWO_PATIENTS, UNKNOWN, UNREADABLE, WITHOUT_ID
from cleanroom.report.reasons import WORDS
from cleanroom.study import BEFORE, Study

FACES = {"faces": {"rules": [{"tool": "none", "reason": "a phantom"}]}}


class Hospital:
    """An input folder to which instances are added, each a study of its own unless it is named."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.count = 0
        for name in ("input", "private"):
            (root / name).mkdir()
        (root / "private" / "key").write_bytes(b"k" * 32)  # of two random shifts one in 470 is the same

    def add(self, patient_id: object, issuer: str = "", study: str = "", **values: object) -> FileDataset:
        """One instance; returns what was written."""
        self.count += 1
        study = study or f"1.2.{self.count}"
        if issuer:
            values["IssuerOfPatientID"] = issuer
        made = instance(self.count, study=study, series=f"{study}.{self.count}", **values)
        made.PatientID = patient_id
        save(made, self.root / "input" / f"IM{self.count}")
        return made

    def settings(self, table: str = "", **values: object) -> Config:
        """The config, with a patients file of this content."""
        file = self.root / "private" / "patients.csv"
        file.write_text(table)
        named = {"file": file} if table else {}
        places = {name: self.root / name for name in ("input", "private", "output")}
        return config.load(places | FACES | {"patients": named | values})

    def files(self) -> pd.DataFrame:
        """The inventory, by path."""
        with inventory.opened(self.root / "private") as database:
            return pd.read_sql("SELECT * FROM files", database).set_index("path")

    def crosswalk(self, kind: str) -> dict[str, str]:
        """Original → pseudonym, of one kind."""
        with inventory.opened(self.root / "private") as database:
            rows = database.execute("SELECT original, pseudonym FROM crosswalk WHERE kind = ?", (kind,))
            return dict(tuple(row) for row in rows)

    def patients(self, table: str = "", **values: object) -> list[str]:
        """What intake calls the patient of each file; in the order in which they were added."""
        settings = self.settings(table, **values)
        take_in(settings)
        found = self.files()
        names = [found.loc[f"IM{number}", "patient"] for number in range(1, self.count + 1)]
        self.agrees(settings)
        return names

    def agrees(self, settings: Config) -> None:
        """`clean IN OUT` writes the same patients as intake takes in, and no others."""
        target = self.root / f"out{len(list(self.root.iterdir()))}"
        clean_folder(settings.input, target, settings)
        released = self.files().query("number != ''")["patient"]
        written = {path.name for path in target.iterdir()} if target.exists() else set()
        assert written == set(released)
        for path in target.rglob("*.dcm"):
            header = pydicom.dcmread(path)
            assert str(header.PatientID) == str(header.PatientName) == path.relative_to(target).parts[0]


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
    assert not any((hospital.root / "output" / "release" / "dicom").iterdir())


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
