"""``cleanroom clean --what-if FILE``: what would become of one file, on request and on a terminal."""

from pathlib import Path

import pytest
from cleaning import instance
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.__main__ import main
from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.explain import what_if


def config(folder: Path, profile: str = "basic") -> Config:
    """The least config."""
    return Config(input=folder / "in", output=folder / "out", private=folder / "private", profile=profile)


def file_of(header: Dataset, folder: Path) -> Path:
    """A header as a file."""
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    path = folder / "in" / "1.dcm"
    path.parent.mkdir(exist_ok=True)
    header.save_as(path, enforce_file_format=True)
    return path


def example(folder: Path) -> Path:
    """A file with names at every level."""
    header = instance()
    header.Manufacturer = "ACME"
    header.StudyDescription = "of \x1b[2JErika Muster"
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3.4.9"
    item.InstitutionName = "St. Elsewhere"
    header.ReferencedImageSequence = [item]
    block = header.private_block(0x0019, "ACME HEADER", create=True)
    block.add_new(0x10, "LO", "secret")
    return file_of(header, folder)


def line(lines: list[str], word: str) -> str:
    """The line about an attribute."""
    return next(text for text in lines if f" {word} " in text)


def test_every_element_is_told_with_its_value_its_action_and_the_reason(tmp_path: Path) -> None:
    lines = list(what_if(example(tmp_path), config(tmp_path), whole=True))
    assert "Muster^Erika" in line(lines, "PatientName")
    assert "profile: PatientName: value" in line(lines, "PatientName")
    assert "(the same)" in line(lines, "Manufacturer")
    assert "(removed)" in line(lines, "StudyDescription")
    assert "    (0008,1155)" not in line(lines, "SOPInstanceUID")
    assert line(lines, "ReferencedSOPInstanceUID").startswith("  (0008,1155)")
    assert "2.25." in line(lines, "ReferencedSOPInstanceUID")
    assert "marks of de-identification" in line(lines, "PatientIdentityRemoved")
    assert any("(0019,1010)" in text and "`private: removed`" in text for text in lines)


def test_a_value_cannot_control_the_terminal(tmp_path: Path) -> None:
    assert not any("\x1b" in text for text in what_if(example(tmp_path), config(tmp_path), whole=True))


def test_the_new_values_are_those_that_a_run_writes(tmp_path: Path) -> None:
    path = example(tmp_path)
    settings = config(tmp_path, "sinfonia")
    clean_folder(tmp_path / "in", tmp_path / "clean", settings)
    patient = next((tmp_path / "clean").iterdir()).name
    lines = list(what_if(path, settings, whole=True))
    assert patient in line(lines, "PatientID")
    assert not any("thrown away" in text for text in lines)


def test_nothing_is_written_not_even_a_key(tmp_path: Path) -> None:
    lines = list(what_if(example(tmp_path), config(tmp_path), whole=True))
    assert any("thrown away" in text for text in lines)
    assert not (tmp_path / "private").exists()


def test_what_would_be_set_aside_is_said_and_explained(tmp_path: Path) -> None:
    header = instance("1.2.840.10008.5.1.4.1.1.104.1")
    header.EncapsulatedDocument = b"%PDF"
    lines = list(what_if(file_of(header, tmp_path), config(tmp_path), whole=True))
    assert any(text.startswith("THE INSTANCE IS SET ASIDE") for text in lines)
    assert "the table's dummy would be an empty document" in lines[-2]


def test_identities_are_not_printed_into_a_file_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = example(tmp_path)
    settings = tmp_path / "config.yaml"
    settings.write_text(f"input: {tmp_path}/in\nprivate: {tmp_path}/private\noutput: {tmp_path}/out\n")
    command = ["clean", "--config", str(settings), "--what-if", str(path)]
    assert main(command) == 1
    said = capsys.readouterr()
    assert "Muster" not in said.out + said.err
    assert "--print-identities" in said.err
    assert main([*command, "--print-identities"]) == 0
    assert "Muster^Erika" in capsys.readouterr().out


def test_a_file_that_is_not_dicom_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    with pytest.raises(StopRun):
        list(what_if(path, config(tmp_path), whole=True))
    path.write_text("Dear colleague")
    with pytest.raises(StopRun):
        list(what_if(path, config(tmp_path), whole=True))
