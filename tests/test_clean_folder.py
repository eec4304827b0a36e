"""``cleanroom clean IN OUT``: a folder in, a tree of pseudonyms out."""

from pathlib import Path

import pydicom
import pytest
from cleaning import instance
from pydicom.uid import EncapsulatedPDFStorage

from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.errors import StopRun


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "Muster Erika"
    folder.mkdir()
    for number in (2, 1):
        header = instance()
        header.SOPInstanceUID = f"1.2.3.4.9.{number}"
        header.InstanceNumber = number
        header.save_as(folder / f"muster{number}.dcm", implicit_vr=True, little_endian=True)
    report = instance(EncapsulatedPDFStorage)
    report.SeriesInstanceUID = "1.2.3.4.8"
    report.EncapsulatedDocument = b"%PDF of Erika "
    report.save_as(folder / "report.dcm", implicit_vr=False, little_endian=True)
    (folder / "notes.txt").write_text("Erika Muster")
    return folder


def test_names_are_pseudonyms_and_numbers_follow_the_instances(source: Path, tmp_path: Path) -> None:
    done = clean_folder(source, tmp_path / "out", Config(private=tmp_path / "private"))
    files = sorted((tmp_path / "out").rglob("*.dcm"))
    assert done.files == 2
    assert [path.name for path in files] == ["00001.dcm", "00002.dcm"]
    assert [pydicom.dcmread(path).InstanceNumber for path in files] == [1, 2]
    assert {pydicom.dcmread(path).PatientID for path in files} == {files[0].parts[-4]}
    assert (tmp_path / "private" / "key").stat().st_mode & 0o777 == 0o600


def test_what_is_not_an_instance_and_documents_are_set_aside(source: Path, tmp_path: Path) -> None:
    done = clean_folder(source, tmp_path / "out", Config(private=tmp_path / "private"))
    reasons = {path.name: reason for path, reason in done.set_aside}
    assert reasons.keys() == {"report.dcm", "notes.txt"}
    assert "EncapsulatedDocument" in reasons["report.dcm"]
    assert "Erika" not in "".join(reasons.values())


def test_the_input_is_never_written_to(source: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in source.iterdir()}
    with pytest.raises(StopRun):
        clean_folder(source, source / "out", Config(private=tmp_path / "private"))
    clean_folder(source, tmp_path / "out", Config(private=tmp_path / "private"))
    assert {path: path.read_bytes() for path in source.iterdir()} == before
