"""Sessions keep their names whatever arrives later; a series that goes takes its NIfTI along."""

import csv
from collections.abc import Callable
from pathlib import Path

import bids
import pytest
from exports import instance, save

from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.nifti.subject import check
from cleanroom.records import ReleaseRecord, VerifyRecord
from cleanroom.release import release_study
from cleanroom.study import Study
from cleanroom.withdrawal import withdraw

RULES = [
    {
        "criteria": {"SeriesDescription": "t1*"},
        "datatype": "anat",
        "suffix": "T1w",
        "entities": {"acq": "test"},
    },
    {"criteria": {"SeriesDescription": "flair"}, "datatype": "anat", "suffix": "FLAIR"},
]


def visit(folder: Path, number: int, date: str, *series: str) -> None:
    """A study of the one patient, each series of six slices."""
    for at, description in enumerate(series, 1):
        for slice_ in range(1, 7):
            made = instance(
                slice_,
                study=f"1.2.{number}.4",
                series=f"1.2.{number}.4.{at}",
                SeriesDescription=description,
                SeriesNumber=at,
                StudyDate=date,
                AcquisitionDate=date,
                AcquisitionTime="101500",
                PatientAge="091Y",
                PatientSex="F",
                Manufacturer="Maker",
                MagneticFieldStrength=3,
                SliceThickness=1,
            )
            save(made, folder / f"{number}" / f"{at}-{slice_}.dcm")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    visit(tmp_path / "in", 7, "20240517", "t1 mprage", "flair")
    return tmp_path / "in"


@pytest.fixture
def made(export: Path, tmp_path: Path) -> Config:
    return bids.settings(export, tmp_path, bids=RULES)


def study_of(made: Config, uid: str) -> Study:
    studies = [Study(made, path.parent.name) for path in made.private.glob("studies/*/manifest.tsv")]
    return next(study for study in studies if study.instances[0].study_instance_uid == uid)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def only(pattern: str, made: Config) -> Path:
    (found,) = bids.tree(made).glob(pattern)
    return found


def test_an_earlier_visit_that_arrives_later_renames_nothing(export: Path, made: Config) -> None:
    bids.run(made)
    before = bids.contents(bids.tree(made))
    volumes = bids.names(made)
    assert len(volumes) == 2
    visit(export, 6, "20231101", "t1 mprage")
    bids.run(made)
    after = bids.contents(bids.tree(made))
    assert len(bids.names(made)) == 3
    assert {name: after[name] for name in before if "/ses-" in name} == {
        name: before[name] for name in before if "/ses-" in name
    }
    sessions = table(only("sub-*/sub-*_sessions.tsv", made))
    assert [row["session_id"][4:] for row in sessions] == [
        study_of(made, "1.2.6.4").pseudonym,
        study_of(made, "1.2.7.4").pseudonym,
    ]
    assert sessions[0]["acq_time"] < sessions[1]["acq_time"]
    assert len(table(bids.tree(made) / "participants.tsv")) == 1
    assert bids.errors(bids.tree(made)) == []


def test_every_file_of_the_tree_is_in_the_manifest_and_the_same_on_a_second_run(made: Config) -> None:
    listed = {row.path.removeprefix("nifti/"): row.sha256 for row in bids.run(made)}
    first = {path: path.read_bytes() for path in bids.tree(made).rglob("*") if path.is_file()}
    assert {path.relative_to(bids.tree(made)).as_posix() for path in first} == listed.keys()
    assert {row.path.removeprefix("nifti/"): row.sha256 for row in bids.run(made)} == listed
    assert {path: path.read_bytes() for path in first} == first


def test_age_and_sex_are_those_of_the_released_headers(made: Config) -> None:
    bids.run(made)
    (row,) = table(bids.tree(made) / "participants.tsv")
    assert (row["sex"], row["age"]) == ("F", "89")


def test_without_patient_characteristics_and_dates_the_tables_are_silent(
    export: Path, tmp_path: Path
) -> None:
    first = {"criteria": {"SeriesNumber": "1"}, "datatype": "anat", "suffix": "T1w"}
    basic = bids.settings(export, tmp_path, bids=[first]).model_copy(update={"profile": "basic"})
    bids.run(basic)
    (row,) = table(bids.tree(basic) / "participants.tsv")
    assert row.keys() == {"participant_id", "patient"}
    assert set(table(only("sub-*/ses-*/*_scans.tsv", basic))[0]) == {"filename", "series"}


def drop(study: Study, description: str) -> str:
    """Let the gate set one series aside."""
    series = next(row.series for row in study.instances if row.series_description == description)
    verdict = VerifyRecord.load(study.record_path("verify"))
    del verdict.passed[series]
    verdict.save(study.record_path("verify"))
    return series


def test_a_series_that_is_set_aside_later_has_no_nifti(made: Config) -> None:
    bids.run(made)
    study = study_of(made, "1.2.7.4")
    series = drop(study, "flair")
    release_study(study).save(study.folder / "released.json")
    listed = bids.rows(made)
    assert [name for name in bids.names(made) if "FLAIR" in name] == []
    assert [row for row in listed if row.series == series] == []
    assert len(table(only("sub-*/ses-*/*_scans.tsv", made))) == 1


def test_a_series_that_intake_takes_back_has_no_nifti(made: Config) -> None:
    bids.run(made)
    study = study_of(made, "1.2.7.4")
    series = next(row.series for row in study.instances if row.series_description == "flair")
    withdraw(made, [(study.pseudonym, series)])
    listed = bids.rows(made)
    assert len(bids.names(made)) == 1
    assert "T1w" in bids.names(made)[0]
    assert [row for row in listed if row.series == series] == []
    assert {p.relative_to(bids.tree(made)).as_posix() for p in bids.tree(made).rglob("*") if p.is_file()} == {
        row.path.removeprefix("nifti/") for row in listed
    }


def test_a_withdrawn_study_leaves_no_folder(made: Config) -> None:
    bids.run(made)
    study = study_of(made, "1.2.7.4")
    withdraw(made, {(study.pseudonym, row.series) for row in study.instances})
    assert bids.rows(made) == []
    assert not bids.tree(made).exists()


def test_volumes_of_a_series_that_left_the_input_stay(export: Path, made: Config) -> None:
    bids.run(made)
    before = bids.names(made)
    for path in (export / "7").glob("2-*"):
        path.unlink()
    bids.run(made)
    assert bids.names(made) == before
    assert len(table(only("sub-*/ses-*/*_scans.tsv", made))) == 2


def test_what_no_record_knows_does_not_stay_in_the_tree(made: Config) -> None:
    """A job was killed after its session was moved in, and before its record was written."""
    bids.run(made)
    before = bids.names(made)
    stray = bids.tree(made) / "sub-PSTRAY" / "ses-SSTRAY" / "anat" / "sub-PSTRAY_ses-SSTRAY_T1w.nii.gz"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"unknown")
    bids.rows(made)
    assert bids.names(made) == before
    assert not (bids.tree(made) / "sub-PSTRAY").exists()


def test_a_session_that_a_killed_job_took_out_comes_back(export: Path, made: Config) -> None:
    bids.run(made)
    before = bids.contents(bids.tree(made))
    study = study_of(made, "1.2.7.4")
    (session,) = bids.tree(made).glob("sub-*/ses-*")
    out = made.output / ".staging" / f"{study.pseudonym}.nifti.old" / session.relative_to(bids.tree(made))
    out.parent.mkdir(parents=True)
    session.rename(out)
    for path in (export / "7").glob("2-*"):
        path.unlink()
    bids.run(made)
    assert bids.contents(bids.tree(made)) == before


def test_switched_off_the_tree_goes(made: Config) -> None:
    bids.run(made)
    off = made.model_copy(update={"release": made.release.model_copy(update={"nifti": False})})
    assert bids.run(off) == []
    assert not bids.tree(off).exists()
    assert list((off.output / "release" / "dicom").rglob("*.dcm"))


def test_a_step_that_failed_costs_no_dicom_and_is_told(made: Config, spoil: Callable[[], None]) -> None:
    spoil()
    bids.run(made)
    study = study_of(made, "1.2.7.4")
    done = ReleaseRecord.load(study.folder / "released.json")
    assert {file.kind for file in done.files} == {"dicom"}
    assert {scan.reason for scan in done.scans} == {"no NIfTI could be made (ValueError)"}


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def fail(*_: object) -> None:
        raise ValueError("as a defect would")

    return lambda: monkeypatch.setattr("cleanroom.nifti.session.convert", fail)


def test_two_pseudonyms_that_are_one_subject_stop_the_run() -> None:
    with pytest.raises(StopRun, match="are one subject in BIDS"):
        check(["site-01", "site.01", "other"])
