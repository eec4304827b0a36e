"""Identities left in what would be released: the gate finds each, and names the element, never the value."""

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from judged import Judged
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from cleanroom.verify.header import Header
from cleanroom.verify.identities import Identities
from cleanroom.verify.search import Search
from cleanroom.verify.vocabulary import Vocabulary

INVENTED = ("annegret", "müllerstein", "quackenbush", "px-4711-88", "90817263", "elsewhere", "19610417")


def identify(dataset: FileDataset) -> None:
    """Invented identities in an original."""
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.PatientName = "Müllerstein^Annegret"
    dataset.PatientID, dataset.AccessionNumber = "PX-4711-88", "90817263"
    dataset.PatientBirthDate = "19610417"
    dataset.ReferringPhysicianName = "Quackenbush^Ronald^^Dr"
    dataset.InstitutionName, dataset.StationName = "St. Elsewhere Clinic", "MRC1"
    dataset.StudyDescription, dataset.BodyPartExamined = "HEAD", "HEAD"
    dataset.StudyID, dataset.ImageComments = "2048", "Seen by the night shift\r\nafter the fall"


@pytest.fixture(scope="module")
def base(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = scans / "mr_philips_mprage_face" / "dicom"
    return Judged(tmp_path_factory.mktemp("base"), [sorted(folder.glob("*.dcm"))[:5]], identify=identify)


def private(value: bytes, vr: str) -> Callable[[FileDataset], None]:
    def spoil(dataset: FileDataset) -> None:
        block = dataset.private_block(0x0029, "SOMEBODY", create=True)
        block.add_new(0x10, vr, value if vr in ("OB", "UN") else value.decode())

    return spoil


def nested(dataset: FileDataset) -> None:
    inner, outer = Dataset(), Dataset()
    inner.CodeMeaning = "seen by annegret"
    outer.ModifierCodeSequence = Sequence([inner])
    dataset.ViewCodeSequence = Sequence([outer])


def sets(keyword: str, value: object) -> Callable[[FileDataset], None]:
    return lambda dataset: setattr(dataset, keyword, value)


def binary(value: bytes) -> Callable[[FileDataset], None]:
    return sets("ICCProfile", bytes(64) + value + bytes(len(value) % 2))


def preamble(dataset: FileDataset) -> None:
    dataset.preamble = b"MULLER ANNEGRET".ljust(128, b"\0")


FAULTS: dict[str, tuple[Callable[[FileDataset], None], str]] = {
    "name in a nested item": (nested, "name"),
    "name in a private block": (private(b"Annegret", "LO"), "name"),
    "name in unknown private bytes, UTF-16 LE": (private("Müllerstein".encode("utf-16-le"), "UN"), "name"),
    "name in public bytes, UTF-16 BE": (binary("Quackenbush".encode("utf-16-be")), "name"),
    "name in public bytes, UTF-16, odd offset": (binary(b"\1" + "Annegret".encode("utf-16-le")), "name"),
    "name in bytes, UTF-8": (binary(" Müllerstein ".encode()), "name"),
    "name in another case": (sets("RescaleType", "ANNEGRET"), "name"),
    "name inside a longer word": (sets("RescaleType", "mri_quackenbush3"), "name"),
    "name and first name without a space": (sets("SequenceName", "xMüllersteinx"), "name"),
    "identifier with other separators": (sets("RescaleType", "px 4711/88"), "identifier"),
    "accession number in a number": (sets("AcquisitionNumber", "90817263"), "identifier"),
    "accession number in a sentence": (sets("RescaleType", "see 90817263 too"), "identifier"),
    "short identifier as a whole value": (sets("RescaleType", "2048"), "identifier"),
    "institution under another tag": (sets("Manufacturer", "st elsewhere clinic"), "place"),
    "a line of a comment": (sets("SoftwareVersions", "after the fall"), "text"),
    "birth date, ISO": (sets("RescaleType", "b. 1961-04-17"), "date"),
    "birth date, day first": (sets("RescaleType", "b. 17.04.1961"), "date"),
    "birth date, digits": (sets("RescaleType", "id19610417"), "date"),
    "name in the preamble": (preamble, "name"),
    "name after the pixels": (sets("DataSetTrailingPadding", b"Annegret"), "name"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_identity_is_found(base: Judged, tmp_path: Path, fault: str) -> None:
    judged = base.copied(tmp_path)
    spoil, kind = FAULTS[fault]
    judged.change(0, 3, spoil)
    record, found = judged.verify()
    assert f"{kind} of" in found[0]["identities"]
    assert record.passed == {}
    assert not any(value in record.model_dump_json().casefold() for value in INVENTED)


@pytest.mark.parametrize("end", ["", ".7"])
def test_an_original_uid_is_found_also_as_the_beginning_of_another(
    base: Judged, tmp_path: Path, end: str
) -> None:
    judged = base.copied(tmp_path)
    uid = judged.study.instances[1].series_instance_uid
    judged.change(0, 4, sets("RescaleType", f"from {uid}{end}"))
    _, found = judged.verify()
    assert "UID of the original" in found[0]["identities"]


def test_a_date_that_was_not_shifted_is_found(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    original = pydicom.dcmread(judged.config.input / judged.study.instances[0].path)
    judged.change(0, 3, sets("StudyDate", original.StudyDate))
    _, found = judged.verify()
    assert "date of the original in (0008,0020)" in found[0]["identities"]


def test_a_name_that_also_stands_in_a_code_of_the_original_is_found(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)

    def coded(dataset: FileDataset) -> None:
        item = Dataset()
        item.CodeValue, item.CodeMeaning = "PX-4711-88", "Annegret"
        dataset.ViewCodeSequence = Sequence([item])

    for path in sorted((judged.config.input / "0").iterdir()):
        original = pydicom.dcmread(path)
        coded(original)
        original.save_as(path)
    judged.change(0, 1, coded)
    _, found = judged.verify()
    assert "identifier of the original" in found[0]["identities"]
    assert "name of the original" in found[0]["identities"]


def test_values_that_many_scans_share_are_no_identity(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)

    def harmless(dataset: FileDataset) -> None:
        dataset.RescaleType, dataset.SequenceName = "HEAD MRC", "*tfl3d1_ns NONE"
        dataset.ReceiveCoilName, dataset.WindowWidth, dataset.EchoTime = "2048ch", "2048", "1.5"
        dataset.SeriesTime = "201204.480000"

    judged.change(0, 3, harmless)
    _, found = judged.verify()
    assert "identities" not in found.get(0, {})


def test_a_file_name_is_searched_too(base: Judged) -> None:
    vocabulary = Vocabulary()
    path = base.config.input / base.study.instances[0].path
    vocabulary.harvest(Header(path.read_bytes()))
    judge = Identities(Search(vocabulary))
    clean = Header(base.file(0, 1).read_bytes())
    assert judge.findings(clean, "EAAAAAAAAAAAA/00001.dcm") == []
    assert "name of the original in the file name" in judge.findings(clean, "Annegret/00001.dcm")
    assert judge.findings(clean, "EAAAAAAAAAAAA/IM1.dcm") == ["a file name that is not a pseudonym"]
