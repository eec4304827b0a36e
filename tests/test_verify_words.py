"""The gate looks for words again: what was not covered, what changed beside a box, a name that is left."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from boxed import Boxed
from exports import instance, save
from pydicom.dataset import FileDataset

from cleanroom.records import TextBox

SERIES = "1.2.3.1"
BOX = TextBox(left=10, top=6, right=310, bottom=50)


def picture(text: str) -> np.ndarray:
    random = np.random.default_rng(3)
    grey = random.integers(40, 90, (200, 400), np.uint8)
    grey[:60] = 0
    return cv2.putText(grey, text, (16, 38), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)


def ultrasound(text: str, number: int = 1, **values: object) -> FileDataset:
    shown = picture(text)
    return instance(
        number,
        Rows=200,
        Columns=400,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=shown.tobytes(),
        **values,
    )


def boxed(tmp_path: Path, text: str, boxes: list[TextBox], read: int = 1) -> Boxed:
    save(ultrasound(text), tmp_path / "input" / "1")
    return Boxed(tmp_path, {SERIES: {"00001": boxes}} if boxes else {}, read)


def change(done: Boxed, spoil: Callable[[np.ndarray], None]) -> None:
    header = done.released(SERIES)
    pixels = header.pixel_array.copy()
    spoil(pixels)
    header.PixelData = pixels.tobytes()
    header.save_as(done.path(SERIES))


def found(done: Boxed) -> dict[str, str]:
    return done.verify()[1].get(SERIES, {})


def test_a_covered_name_passes(tmp_path: Path) -> None:
    assert found(boxed(tmp_path, "INVENTED INES", [BOX])) == {}


def test_a_name_that_no_box_covers(tmp_path: Path) -> None:
    done = boxed(tmp_path, "INVENTED INES", [])
    record, checks = done.verify()
    assert "words that identify are left in 1 of 1 pictures" in checks[SERIES]["words"]
    assert "INVENTED" not in record.model_dump_json()
    assert not record.passed


def test_half_a_name(tmp_path: Path) -> None:
    box = BOX.model_copy(update={"left": 190})
    assert "words that identify are left" in found(boxed(tmp_path, "INVENTED INES", [box]))["words"]


def test_another_word_is_left(tmp_path: Path) -> None:
    assert found(boxed(tmp_path, "DIAMETER", [])) == {
        "words": "words are left in 1 of 1 pictures that were read again"
    }


@pytest.mark.parametrize("text", ["L", "RIGHT", "12"])
def test_marks_of_orientation_and_numbers_stay(tmp_path: Path, text: str) -> None:
    assert found(boxed(tmp_path, text, [])) == {}


def test_pixels_that_were_not_read_are_not_read_again(tmp_path: Path) -> None:
    done = boxed(tmp_path, "DIAMETER", [], read=0)
    record, checks = done.verify()
    assert checks == {}
    assert record.checks[done.names[SERIES]]["words"] == "not applicable"


def test_a_box_that_was_not_filled(tmp_path: Path) -> None:
    done = boxed(tmp_path, "INVENTED INES", [BOX])

    def restore(pixels: np.ndarray) -> None:
        pixels[BOX.top : BOX.bottom, BOX.left : BOX.right] = picture("INVENTED INES")[6:50, 10:310]

    change(done, restore)
    assert "do not all hold the same value" in found(done)["pixels"]


def test_a_box_filled_with_another_colour(tmp_path: Path) -> None:
    done = boxed(tmp_path, "INVENTED INES", [BOX])
    change(done, lambda pixels: pixels.__setitem__((slice(6, 50), slice(10, 310)), 17))
    assert "are not black" in found(done)["pixels"]


def test_one_pixel_beside_a_box(tmp_path: Path) -> None:
    done = boxed(tmp_path, "INVENTED INES", [BOX])
    change(done, lambda pixels: pixels.__setitem__((120, 9), 1))
    assert "pixels outside the text boxes changed" in found(done)["pixels"]


def test_examined_and_not_marked(tmp_path: Path) -> None:
    done = boxed(tmp_path, "L", [])
    header = done.released(SERIES)
    header.DeidentificationMethodCodeSequence.pop()
    del header.BurnedInAnnotation
    header.save_as(done.path(SERIES))
    assert "113101 is missing" in found(done)["marks"]
    assert "(0028,0301) is not NO" in found(done)["marks"]


def test_a_name_in_one_frame_of_many(tmp_path: Path) -> None:
    frames = np.stack([picture(text) for text in ("", "INVENTED INES", "")])
    save(_movie(frames), tmp_path / "input" / "1")
    own = BOX.model_copy(update={"frame": 1})
    done = Boxed(tmp_path, {SERIES: {"00001": [own]}})
    after = done.released(SERIES).pixel_array
    assert np.array_equal(after[[0, 2]], frames[[0, 2]])
    assert (after[1, 6:50, 10:310] == 0).all()
    assert np.array_equal(after[1, 50:], frames[1, 50:])
    assert found(done) == {}
    assert "words that identify" in found(_uncovered(tmp_path / "again", frames))["words"]


def _movie(frames: np.ndarray) -> FileDataset:
    made = ultrasound("")
    made.NumberOfFrames, made.PixelData = len(frames), frames.tobytes()
    return made


def _uncovered(tmp_path: Path, frames: np.ndarray) -> Boxed:
    tmp_path.mkdir()
    save(_movie(frames), tmp_path / "input" / "1")
    return Boxed(tmp_path, {})
