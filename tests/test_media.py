"""`export-media`: every released object gets a legal name and a record, and stays as it is."""

import re
import subprocess
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pydicom
import pytest
from exports import instance, save
from pydicom.dataset import Dataset, FileDataset
from pydicom.fileset import FileSet
from pydicom.sequence import Sequence
from pydicom.uid import (
    BasicTextSRStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    MicroscopyBulkSimpleAnnotationsStorage,
    MRImageStorage,
    RTDoseStorage,
    RTPlanStorage,
    RTStructureSetStorage,
    SegmentationStorage,
)

from cleanroom.__main__ import main
from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.media import export_media

LEGAL = re.compile(r"([A-Z0-9_]{1,8}/){0,7}[A-Z0-9_]{1,8}")


def code(value: str) -> Sequence:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "99TEST", "Meaning"
    return Sequence([item])


def content(relation: str, value: str) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType, item.TextValue = relation, "TEXT", value
    item.ConceptNameCodeSequence = code("C")
    return item


def made(number: int, sop_class: str = "", **values: object) -> FileDataset:
    """A cleaned instance: dates and Study ID are empty, as the basic profile leaves them."""
    dataset = instance(number, PatientIdentityRemoved="YES", StudyDate="", StudyTime="", StudyID="")
    dataset.SeriesNumber = 3
    if sop_class:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
        dataset.SeriesInstanceUID = f"1.2.3.{number}"
        for keyword in ("Rows", "Columns", "PixelData", "InstanceNumber", "SeriesNumber"):
            delattr(dataset, keyword)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def radiotherapy() -> list[FileDataset]:
    """What pydicom's FileSet refuses: there is no Instance Number."""
    return [
        made(11, RTStructureSetStorage, Modality="RTSTRUCT", StructureSetLabel="CLEANED"),
        made(12, RTDoseStorage, Modality="RTDOSE", DoseSummationType="PLAN"),
        made(13, RTPlanStorage, Modality="RTPLAN", RTPlanLabel="CLEANED"),
    ]


def documents() -> list[FileDataset]:
    report = made(14, BasicTextSRStorage, Modality="SR", ConceptNameCodeSequence=code("T"))
    report.CompletionFlag, report.VerificationFlag = "COMPLETE", "UNVERIFIED"
    report.ContentSequence = Sequence([content("HAS CONCEPT MOD", "de"), content("CONTAINS", "a finding")])
    state = made(15, GrayscaleSoftcopyPresentationStateStorage, Modality="PR", ContentLabel="CLEANED")
    image, series = Dataset(), Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = MRImageStorage, "1.2.3.1.1"
    series.SeriesInstanceUID, series.ReferencedImageSequence = "1.2.3.1", Sequence([image])
    state.ReferencedSeriesSequence = Sequence([series])
    segmentation = made(16, SegmentationStorage, Modality="SEG", Rows=8, Columns=8)
    return [report, state, segmentation]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release of one image and what may refer to it."""
    folder = tmp_path / "release" / "dicom"
    for dataset in [made(1), made(2), *radiotherapy(), *documents()]:
        save(dataset, folder / "PATIENT" / "STUDY" / dataset.Modality / f"{dataset.SOPInstanceUID}.dcm")
    return folder


def digests(folder: Path) -> Counter[str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "DICOMDIR")
    return Counter(sha256(path.read_bytes()).hexdigest() for path in files)


def records(target: Path) -> dict[str, Dataset]:
    """Leaf records by type, of a directory with one of each."""
    return {found.node.record_type: found.node._record for found in FileSet(target / "DICOMDIR")}


def errors(dciodvfy: str, path: Path) -> list[str]:
    done = subprocess.run([dciodvfy, str(path)], capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if line.startswith("Error")]


def test_every_object_is_in_the_directory_under_a_legal_name(release: Path, tmp_path: Path) -> None:
    target = tmp_path / "MEDIA"
    done = export_media(release, target)
    assert (done.files, done.left_out) == (8, [])
    files = [path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()]
    assert all(LEGAL.fullmatch(name) for name in files)
    fileset = FileSet(target / "DICOMDIR")
    assert Counter(found.node.record_type for found in fileset) == {
        "IMAGE": 3,
        "RT STRUCTURE SET": 1,
        "RT DOSE": 1,
        "RT PLAN": 1,
        "SR DOCUMENT": 1,
        "PRESENTATION": 1,
    }
    assert {Path(found.path).relative_to(target).as_posix() for found in fileset} == set(files) - {"DICOMDIR"}
    assert all(found.load().SOPInstanceUID == found.SOPInstanceUID for found in fileset)


def test_the_copies_are_the_released_bytes(release: Path, tmp_path: Path) -> None:
    before = digests(release)
    export_media(release, tmp_path / "MEDIA")
    assert digests(tmp_path / "MEDIA") == before == digests(release)


def test_values_that_cleaning_emptied_are_stood_in_for_in_the_directory_only(
    release: Path, tmp_path: Path
) -> None:
    export_media(release, tmp_path / "MEDIA")
    found = records(tmp_path / "MEDIA")
    assert found["RT STRUCTURE SET"].InstanceNumber == 1
    assert found["SR DOCUMENT"].ContentDate == "19000101"
    study = next(iter(FileSet(tmp_path / "MEDIA" / "DICOMDIR"))).node.parent.parent._record
    assert (study.StudyDate, study.StudyTime, study.StudyID) == ("19000101", "000000", "1")


def test_of_a_report_the_directory_shows_its_title_and_not_its_content(release: Path, tmp_path: Path) -> None:
    export_media(release, tmp_path / "MEDIA")
    report = records(tmp_path / "MEDIA")["SR DOCUMENT"]
    assert [item.RelationshipType for item in report.ContentSequence] == ["HAS CONCEPT MOD"]
    assert b"a finding" not in (tmp_path / "MEDIA" / "DICOMDIR").read_bytes()


def test_the_directory_conforms(release: Path, tmp_path: Path, dciodvfy: str) -> None:
    export_media(release, tmp_path / "MEDIA")
    assert errors(dciodvfy, tmp_path / "MEDIA" / "DICOMDIR") == []


def test_the_same_release_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    for name in ("ONE", "OTHER"):
        export_media(release, tmp_path / name)
    assert (tmp_path / "ONE" / "DICOMDIR").read_bytes() == (tmp_path / "OTHER" / "DICOMDIR").read_bytes()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda: made(21, PatientIdentityRemoved="NO"), "it does not say that it was cleaned"),
        (lambda: made(1), "another file has the same SOP Instance UID"),
        (lambda: made(21, PatientID="another"), "its study is also that of another patient"),
        (lambda: made(21, PatientID=""), "it has no Patient ID"),
        (
            lambda: made(21, MicroscopyBulkSimpleAnnotationsStorage),
            "a DICOMDIR has no record for its SOP class",
        ),
        (lambda: made(21, RTDoseStorage), "it has no DoseSummationType"),
    ],
)
def test_what_cannot_be_put_in_is_named_and_the_others_go_on(
    release: Path, tmp_path: Path, spoil: Callable[[], FileDataset], reason: str
) -> None:
    save(spoil(), release / "ZLAST" / "00001.dcm")
    (release / "ZLAST" / "notes.txt").write_text("no DICOM")
    done = export_media(release, tmp_path / "MEDIA")
    assert done.files == 8
    assert [path for path, _ in done.left_out] == ["ZLAST/00001.dcm", "ZLAST/notes.txt"]
    assert reason in done.left_out[0][1]
    assert "cannot be read as a DICOM file" in done.left_out[1][1]
    assert len(FileSet(tmp_path / "MEDIA" / "DICOMDIR")) == 8


def test_nothing_is_overwritten_and_nothing_half_written(release: Path, tmp_path: Path) -> None:
    target = tmp_path / "MEDIA"
    target.mkdir()
    (target / "mine").write_text("keep")
    with pytest.raises(StopRun, match="is there and not empty"):
        export_media(release, target)
    assert [path.name for path in target.iterdir()] == ["mine"]
    with pytest.raises(StopRun, match="lies in the folder that is exported"):
        export_media(release, release / "MEDIA")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StopRun, match=r"No file of .* can be exported"):
        export_media(tmp_path / "empty", tmp_path / "NEW")
    assert {path.name for path in tmp_path.iterdir()} == {"release", "MEDIA", "empty"}
    (target / "mine").unlink()
    assert export_media(release, target).files == 8


def test_the_command_takes_the_release_of_the_config(
    release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "config.yaml"
    settings.write_text(f"output: {tmp_path}\n")
    assert main(["export-media", "--config", str(settings), str(tmp_path / "MEDIA")]) == 0
    assert "8 files and their DICOMDIR" in capsys.readouterr().out
    assert main(["export-media", "--config", str(settings), str(tmp_path / "MEDIA")]) == 1
    assert "not empty" in capsys.readouterr().err
    assert main(["export-media", str(release), str(tmp_path / "OTHER")]) == 0


@pytest.mark.parametrize("name", ["iod_highdicom", "rt_rtkit_phantom", "mr_siemens_xa30_enhanced_face"])
def test_real_objects_of_many_kinds(scans: Path, tmp_path: Path, name: str, dciodvfy: str) -> None:
    cleaned = tmp_path / "cleaned"
    clean_folder(scans / name, cleaned, Config(private=tmp_path / "private"))
    done = export_media(cleaned, tmp_path / "MEDIA")
    assert done.files == sum(digests(cleaned).values()) - len(done.left_out)
    assert {reason for _, reason in done.left_out} <= {
        "another file has the same SOP Instance UID",
        "a DICOMDIR has no record for its SOP class",
    }
    assert len(FileSet(tmp_path / "MEDIA" / "DICOMDIR")) == done.files
    assert errors(dciodvfy, tmp_path / "MEDIA" / "DICOMDIR") == []


def test_characters_beyond_ascii_keep_their_set(tmp_path: Path) -> None:
    dataset = made(1, SpecificCharacterSet="ISO_IR 144", StudyDescription="Голова")
    save(dataset, tmp_path / "dicom" / "00001.dcm")
    export_media(tmp_path / "dicom", tmp_path / "MEDIA")
    directory = pydicom.dcmread(tmp_path / "MEDIA" / "DICOMDIR")
    study = next(item for item in directory.DirectoryRecordSequence if item.DirectoryRecordType == "STUDY")
    assert (study.SpecificCharacterSet, study.StudyDescription) == ("ISO_IR 144", "Голова")
