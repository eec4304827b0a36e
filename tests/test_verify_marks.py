"""Marks, decisions, tallies and conformance that are wrong: the gate finds each."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from judged import Judged
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from cleanroom.records import SeriesFace, SetAsideRow
from cleanroom.verify import conformance


@pytest.fixture(scope="module")
def base(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Series 0: MR with a face; series 1: MR in which nothing is covered."""
    ge = sorted((scans / "mr_ge_signa_pd_2d_face" / "dicom").glob("*.dcm"))[4:10]
    philips = sorted((scans / "mr_philips_mprage_face" / "dicom").glob("*.dcm"))[80:84]
    return Judged(tmp_path_factory.mktemp("base"), [ge, philips], frozenset({0}))


def sets(keyword: str, value: object) -> Callable[[FileDataset], None]:
    return lambda dataset: setattr(dataset, keyword, value)


def without_code(code: str) -> Callable[[FileDataset], None]:
    def spoil(dataset: FileDataset) -> None:
        kept = [item for item in dataset.DeidentificationMethodCodeSequence if item.CodeValue != code]
        dataset.DeidentificationMethodCodeSequence = Sequence(kept)

    return spoil


def with_code(code: str) -> Callable[[FileDataset], None]:
    def spoil(dataset: FileDataset) -> None:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", "Clean Pixel Data Option"
        dataset.DeidentificationMethodCodeSequence.append(item)

    return spoil


def private(dataset: FileDataset) -> None:
    dataset.private_block(0x0029, "SOMEBODY", create=True).add_new(0x10, "US", 7)


def hidden_private(dataset: FileDataset) -> None:
    item = Dataset()
    item.private_block(0x0029, "SOMEBODY", create=True).add_new(0x10, "US", 7)
    dataset.ViewCodeSequence = Sequence([item])


def nested_forbidden(dataset: FileDataset) -> None:
    item = Dataset()
    item.PatientTelephoneNumbers = "1"
    dataset.ViewCodeSequence = Sequence([item])


def meta_uid(dataset: FileDataset) -> None:
    dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.5"


MARKS: dict[str, tuple[Callable[[FileDataset], None], str]] = {
    "not marked as cleaned": (sets("PatientIdentityRemoved", "NO"), "(0012,0062)"),
    "no method": (lambda dataset: dataset.__delitem__("DeidentificationMethod"), "(0012,0063)"),
    "no profile code": (without_code("113100"), "does not list 113100"),
    "face code missing": (without_code("113102"), "113102 is missing"),
    "words claimed to be read": (with_code("113101"), "no frame was read"),
    "another patient": (sets("PatientID", "PZZZZZZZZZZZZ"), "not the pseudonym"),
    "private elements": (private, "private elements are left"),
    "private elements in an item": (hidden_private, "private elements are left"),
    "preamble": (sets("preamble", b"II*\0".ljust(128, b"\0")), "the preamble is not empty"),
    "a forbidden tag": (sets("PatientAddress", "x"), "(0010,1040) PatientAddress is still there"),
    "a forbidden tag in an item": (nested_forbidden, "PatientTelephoneNumbers is still there"),
    "a thumbnail": (sets("IconImageSequence", [Dataset()]), "(0088,0200)"),
    "another study": (sets("StudyInstanceUID", "2.25.9"), "more than one study"),
    "another series": (sets("SeriesInstanceUID", "2.25.9"), "more than one series"),
    "image type of one slice": (sets("ImageType", ["DERIVED", "PRIMARY", "X"]), "Image Type differs"),
    "image type not derived": (sets("ImageType", ["ORIGINAL", "PRIMARY"]), "not DERIVED"),
    "file meta of another": (meta_uid, "not that of the file meta"),
}


@pytest.mark.parametrize("fault", MARKS)
def test_a_wrong_mark_is_found(base: Judged, tmp_path: Path, fault: str) -> None:
    judged = base.copied(tmp_path)
    spoil, expected = MARKS[fault]
    judged.change(0, 3, spoil)
    record, found = judged.verify()
    assert expected in found[0]["marks"]
    assert list(record.passed) == [judged.series[1]]


def test_a_face_code_without_a_face(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.change(1, 1, with_code("113102"))
    _, found = judged.verify()
    assert "113102 is listed" in found[1]["marks"]


def test_the_same_instance_twice(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.file(1, 1).write_bytes(judged.file(1, 2).read_bytes())
    _, found = judged.verify()
    assert "the same SOP Instance UID" in found[1]["marks"]


FACES: dict[str, SeriesFace | None] = {
    "no decision about the face": None,
    "that does not agree with the pixels": SeriesFace(decision="unsure"),
    "kept without a reason": SeriesFace(decision="not_applicable", tool="none", reason=" "),
    "there is a face and no mask": SeriesFace(decision="face", tool="builtin", voxels_changed=9),
    "no pixel of the series was replaced": SeriesFace(decision="face", tool="builtin"),
}


@pytest.mark.parametrize("expected", FACES)
def test_a_decision_about_the_face_that_cannot_be(base: Judged, tmp_path: Path, expected: str) -> None:
    judged = base.copied(tmp_path)
    face = FACES[expected]
    del judged.faces.series[judged.series[1]]
    if face is not None:
        judged.faces.series[judged.series[1]] = face
    judged.save()
    _, found = judged.verify()
    assert expected in found[1]["face"]


def test_a_face_kept_for_a_reason_passes(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.faces.series[judged.series[1]] = SeriesFace(decision="face", tool="none", reason="radiotherapy")
    judged.save()
    _, found = judged.verify()
    assert found == {}


def test_an_extra_file(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.file(1, 9).write_bytes(judged.file(1, 1).read_bytes())
    _, found = judged.verify()
    assert found[1]["tallies"] == "1 files belong to no instance"


def test_an_instance_that_was_set_aside_is_not_missed(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.encoded.set_aside = [SetAsideRow(series=judged.series[1], step="encode", reason="a test")]
    judged.save()
    record, found = judged.verify()
    assert found == {}
    assert list(record.passed) == [judged.series[0]]


@pytest.mark.usefixtures("dciodvfy")
def test_a_required_attribute_that_is_gone(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.change(1, 1, lambda dataset: dataset.__delitem__("EchoTime"))
    _, found = judged.verify()
    assert "dciodvfy: </EchoTime(0018,0081)> - Missing attribute" in found[1]["conformance"]


@pytest.mark.parametrize("left", [100, 400, -3000])
def test_a_truncated_file(base: Judged, tmp_path: Path, left: int) -> None:
    judged = base.copied(tmp_path)
    path = judged.file(1, 2)
    path.write_bytes(path.read_bytes()[:left])
    record, found = judged.verify()
    assert found[1]["conformance"]
    assert list(record.passed) == [judged.series[0]]


def test_an_original_that_cannot_be_read_any_more(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    (judged.config.input / "1/2").unlink()
    record, found = judged.verify()
    assert "the original cannot be read" in found[1]["pixels"]
    assert list(record.passed) == [judged.series[0]]


def test_a_validator_that_tells_without_end_is_cut_off() -> None:
    endless = "import sys\nwhile True: print('Error - ' + 'x' * 1000, file=sys.stderr)"
    brief = "import sys; print('Error - <a> is 5', file=sys.stderr)"
    assert conformance.errors([sys.executable, "-c", endless]) == {"no end of its answer"}
    assert conformance.errors([sys.executable, "-c", brief]) == {"… is …"}
