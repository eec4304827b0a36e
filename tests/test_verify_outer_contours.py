"""The gate finds an outer contour that redraws a face, and any other contour that changed."""

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from judged import FLAT
from pydicom.dataset import Dataset, FileDataset
from structured import encoded, released, write

from cleanroom.records import VerifyRecord
from cleanroom.study import Study
from cleanroom.verify import pictures, verify_study

Drawn = tuple[Study, str, Path]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    source = write(tmp_path_factory.mktemp("export"))
    study, _, series = encoded(source, tmp_path_factory.mktemp("run"))
    return study, series, source / "rs.dcm"


@pytest.fixture
def judge(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[VerifyRecord, str]]:
    """Spoil what would be released, run the gate, and put it back: its record, and what it found."""
    study, series, source = drawn
    path = study.work / "encoded" / series / "00001.dcm"
    for name, drawing in FLAT.items():
        monkeypatch.setattr(pictures, name, drawing)

    def run(spoil: Callable[[FileDataset, FileDataset], object]) -> tuple[VerifyRecord, dict[str, str]]:
        before = path.read_bytes()
        after = released(study, series)
        spoil(after, pydicom.dcmread(source))
        after.save_as(path)
        record = verify_study(study)
        path.write_bytes(before)
        return record, record.checks[series]

    return run


def roi(header: Dataset, number: int) -> Dataset:
    return next(item for item in header.ROIContourSequence if item.ReferencedROINumber == number)


def as_it_was(number: int) -> Callable[[FileDataset, FileDataset], None]:
    def spoil(after: FileDataset, before: FileDataset) -> None:
        old = [item.ContourData for item in roi(before, number).ContourSequence]
        new = roi(after, number)
        rest = {item.ContourData[2]: item for item in new.ContourSequence}
        for data in old:
            if data[2] in rest:
                rest[data[2]].ContourData, rest[data[2]].NumberOfContourPoints = data, len(data) // 3

    return spoil


def moved(number: int) -> Callable[[FileDataset, FileDataset], None]:
    def spoil(after: FileDataset, _: FileDataset) -> None:
        roi(after, number).ContourSequence[0].ContourData[0] += 1

    return spoil


def thinned(after: FileDataset, _: FileDataset) -> None:
    contour = roi(after, 1).ContourSequence[10]
    contour.ContourData = contour.ContourData[:90]
    contour.NumberOfContourPoints = 30


def dropped(after: FileDataset, _: FileDataset) -> None:
    del roi(after, 7).ContourSequence[3]


def miscounted(after: FileDataset, _: FileDataset) -> None:
    roi(after, 1).ContourSequence[10].NumberOfContourPoints += 1


def unmarked(after: FileDataset, _: FileDataset) -> None:
    codes = after.DeidentificationMethodCodeSequence
    after.DeidentificationMethodCodeSequence = [item for item in codes if item.CodeValue != "113102"]


FAULTS = {
    "an outline by its type": (as_it_was(1), "face", "points where the face was removed"),
    "an outline by its name and a suffix": (as_it_was(2), "face", "points where the face was removed"),
    "an outline by its course": (as_it_was(3), "face", "points where the face was removed"),
    "a moved eye": (moved(4), "face", "a region that is no outline changed"),
    "a moved brain": (moved(7), "face", "a region that is no outline changed"),
    "a moved outline": (moved(1), "face", "points that they did not hold"),
    "a contour of the brain missing": (dropped, "face", "a region that is no outline changed"),
    "the back of the head missing": (thinned, "face", "not near the face are missing"),
    "a wrong number of points": (miscounted, "face", "number of points"),
    "the mark missing": (unmarked, "marks", "113102 is missing"),
}


def test_a_cut_structure_set_passes(drawn: Drawn, judge: Callable[..., tuple[VerifyRecord, dict]]) -> None:
    record, checks = judge(lambda *_: None)
    assert {check: text for check, text in checks.items() if text not in ("passed", "not applicable")} == {}
    assert drawn[1] in record.passed


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(
    drawn: Drawn, judge: Callable[..., tuple[VerifyRecord, dict[str, str]]], fault: str
) -> None:
    spoil, check, expected = FAULTS[fault]
    record, checks = judge(spoil)
    assert expected in checks[check]
    assert drawn[1] not in record.passed


@pytest.mark.parametrize("images", [True, False])
def test_an_outline_on_doubtful_images_does_not_pass(
    tmp_path: Path, images: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when the step before lets it through."""
    monkeypatch.setattr("cleanroom.encode.images.Images.doubt", lambda *_: "")
    study, _, series = encoded(write(tmp_path / "in", images=images), tmp_path, lambda _: None)
    record = verify_study(study)
    assert "whether an outer contour shows a face is not certain" in record.checks[series]["face"]
