"""What becomes of the words in a series: sampled, read, covered, set aside."""

from pathlib import Path

import numpy as np
import pytest
from exports import instance, save
from lettering import covered, lettered
from numpy.typing import NDArray
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    EnhancedCTImageStorage,
    SecondaryCaptureImageStorage,
    VLPhotographicImageStorage,
)
from studies import taken_in

from cleanroom import config
from cleanroom.errors import SetAside
from cleanroom.reading.display import check_size
from cleanroom.records import TextRecord
from cleanroom.redact import decide_study
from cleanroom.study import Study


def pixels(values: NDArray[np.generic], **more: object) -> dict[str, object]:
    """The attributes of a 16 bit picture."""
    return {
        "Rows": values.shape[0],
        "Columns": values.shape[1],
        "PixelData": values.astype("<u2").tobytes(),
        **more,
    }


def noise(number: int = 0) -> NDArray[np.generic]:
    """A slice without words: 160 x 256, values below 500."""
    return np.random.default_rng(number).integers(0, 500, (160, 256)).astype(np.uint16)


def decided(tmp_path: Path, **text: object) -> TextRecord:
    """The record of the one study in ``tmp_path/input``."""
    (study,) = taken_in(tmp_path / "input", tmp_path)
    settings = config.load({**study.config.model_dump(exclude={"text"}), "text": text})
    return decide_study(Study(settings, study.pseudonym))


def save_ct(tmp_path: Path, named: set[int], count: int = 9) -> NDArray[np.bool_]:
    """An original axial series in which some slices carry a name; returns where it stands."""
    letters = np.zeros((160, 256), bool)
    for number in range(count):
        values = noise(number)
        if number in named:
            values, letters = lettered(values, "latin", 12, 4000, at=(4, 4))  # type: ignore[assignment]
        made = instance(number, **pixels(values), Modality="CT", SOPClassUID=CTImageStorage)
        save(made, tmp_path / "input" / f"{number}.dcm")
    return letters


@pytest.mark.parametrize("named", [set(range(9)), {2}])
def test_a_name_in_axial_slices_with_an_original_header_is_found(tmp_path: Path, named: set[int]) -> None:
    letters = save_ct(tmp_path, named)
    record = decided(tmp_path)
    (boxes,) = record.boxes.values()
    assert set(boxes) == {f"{number + 1:05d}" for number in named}
    for found in boxes.values():
        assert covered([(box.left, box.top, box.right, box.bottom) for box in found], letters) == 1.0


def test_slices_without_words_have_no_box(tmp_path: Path) -> None:
    save_ct(tmp_path, set())
    record = decided(tmp_path)
    assert not record.boxes
    assert not record.set_aside
    assert next(iter(record.series.values())).frames_read == 3


def test_no_text_that_was_read_is_in_the_record(tmp_path: Path) -> None:
    save_ct(tmp_path, {0})
    assert "LLER" not in decided(tmp_path).model_dump_json()


def test_a_page_among_frames_has_boxes_of_its_own(tmp_path: Path) -> None:
    named, _ = lettered(noise(), "latin", 12, 4000)
    frames = np.stack([noise(1), named, noise(2)])
    made = instance(
        1,
        **pixels(frames[0], PixelData=frames.astype("<u2").tobytes()),
        NumberOfFrames=3,
        SOPClassUID=SecondaryCaptureImageStorage,
        Modality="US",
    )
    save(made, tmp_path / "input" / "a.dcm")
    (boxes,) = decided(tmp_path).boxes.values()
    assert {box.frame for box in boxes["00001"]} == {1}


@pytest.mark.parametrize(
    "values",
    [
        {"SOPClassUID": VLPhotographicImageStorage, "Modality": "XC"},
        {"SOPClassUID": ComputedRadiographyImageStorage, "Modality": "CR", "BodyPartExamined": "SKULL"},
        {"SOPClassUID": ComputedRadiographyImageStorage, "Modality": "CR", "StudyDescription": "Schädel ap"},
    ],
)
def test_what_may_show_a_face_waits_for_a_rule(tmp_path: Path, values: dict[str, object]) -> None:
    save(instance(1, **pixels(noise()), **values), tmp_path / "input" / "a.dcm")
    (row,) = decided(tmp_path).set_aside
    assert "face" in row.reason
    rule = {"release": True, "reason": "consent was given"}
    assert not decided(tmp_path, rules=[rule]).set_aside


def test_words_that_stay_are_given_a_reason(tmp_path: Path) -> None:
    save_ct(tmp_path, {0})
    record = decided(tmp_path, rules=[{"words": "never", "reason": "a phantom"}])
    (series,) = record.series.values()
    assert (series.frames_read, series.reason, record.boxes) == (0, "a phantom", {})


def test_fixed_boxes_are_covered_unread(tmp_path: Path) -> None:
    save_ct(tmp_path, set(), count=2)
    fixed = {"match": {"modality": ["CT"]}, "rectangles": [[0, 0, 9999, 20]]}
    (boxes,) = decided(tmp_path, boxes=[fixed]).boxes.values()
    assert {(box.right, box.bottom, box.source) for found in boxes.values() for box in found} == {
        (256, 20, "config")
    }


def test_what_cannot_be_decoded_is_set_aside(tmp_path: Path) -> None:
    made = instance(1, **pixels(noise()), SOPClassUID=SecondaryCaptureImageStorage, Modality="OT")
    made.PixelData = made.PixelData[:100]
    save(made, tmp_path / "input" / "a.dcm")
    (row,) = decided(tmp_path).set_aside
    assert "cannot be decoded" in row.reason


@pytest.mark.parametrize(("rows", "columns"), [(50_000, 50_000), (0, 10)])
def test_pictures_of_absurd_size_are_refused_before_they_are_decoded(rows: int, columns: int) -> None:
    with pytest.raises(SetAside, match="pixels"):
        check_size(instance(1, Rows=rows, Columns=columns, SOPClassUID=EnhancedCTImageStorage))
