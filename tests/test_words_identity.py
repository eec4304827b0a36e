"""`words: identity` on whole images: what identifies goes, scales and marks stay, unknown scripts go."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from exports import instance, save
from lettering import FONTS, SCRIPTS
from line import run_line
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.uid import UltrasoundImageStorage

from cleanroom.config import Config
from cleanroom.records import TextRecord

SHAPE = (400, 640)
Where = tuple[slice, slice]
NAME: Where = (slice(8, 36), slice(20, 320))
MARKS: dict[str, tuple[Where, tuple[int, int]]] = {
    "Depth 16 cm": ((slice(340, 372), slice(20, 220)), (20, 344)),
    "120 kV": ((slice(300, 330), slice(20, 160)), (20, 304)),
    "L": ((slice(180, 212), slice(600, 630)), (606, 184)),
    "TIS 0.4": ((slice(60, 92), slice(500, 620)), (500, 64)),
}
"""What is written, the pixels around it, and where the text begins (column, row)."""


def picture(name: str, script: str = "latin") -> NDArray[np.uint8]:
    """A name, marks that identify nobody, and a grey scale with ticks."""
    image = Image.new("L", SHAPE[::-1])
    draw = ImageDraw.Draw(image)
    draw.text((24, 10), name, fill=255, font=ImageFont.truetype(FONTS / SCRIPTS[script][1], 20))
    for text, (_, place) in MARKS.items():
        draw.text(place, text, fill=230, font=ImageFont.truetype(FONTS / SCRIPTS["latin"][1], 20))
    for row in range(80, 320, 20):
        draw.line((560, row, 575, row), fill=200)
    return np.asarray(image)


def cleaned(tmp_path: Path, shown: NDArray[np.uint8], words: str, **values: object) -> tuple[Config, object]:
    made = instance(
        1,
        Rows=SHAPE[0],
        Columns=SHAPE[1],
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=shown.tobytes(),
        SOPClassUID=UltrasoundImageStorage,
        Modality="US",
        **values,
    )
    save(made, tmp_path / "input" / "a.dcm")
    config = run_line(tmp_path / "input", tmp_path, text={"rules": [{"words": words}]})
    found = list((config.output / "release" / "dicom").rglob("*.dcm"))
    assert len(found) == 1, (config.output / "set_aside.tsv").read_text()
    return config, pydicom.dcmread(found[0]).pixel_array


@pytest.mark.parametrize("written", ["INVENTED INES", "Ines Invented  ID-4711", "lNVENTED lnes"])
def test_the_studys_name_goes_and_marks_and_scales_stay(tmp_path: Path, written: str) -> None:
    shown = picture(written)
    _, after = cleaned(tmp_path, shown, "identity")
    assert not after[NAME].any()
    for text, (where, _) in MARKS.items():
        assert shown[where].any() and np.array_equal(after[where], shown[where]), text
    assert np.array_equal(after[70:330, 550:590], shown[70:330, 550:590])


def test_with_all_the_marks_go_as_well_but_a_side_and_a_scale(tmp_path: Path) -> None:
    shown = picture("INVENTED INES")
    _, after = cleaned(tmp_path, shown, "all")
    assert not after[NAME].any()
    for text in ("Depth 16 cm", "120 kV"):
        assert not after[MARKS[text][0]].any(), text
    assert np.array_equal(after[MARKS["L"][0]], shown[MARKS["L"][0]])


@pytest.mark.parametrize("script", ["cyrillic", "greek", "chinese"])
def test_a_script_that_may_not_be_read_goes_as_with_all(tmp_path: Path, script: str) -> None:
    """The name on the picture is in no header: only a reader that could read it might let it stay."""
    shown = picture(SCRIPTS[script][0], script)
    config, after = cleaned(tmp_path, shown, "identity")
    assert shown[NAME].any() and not after[NAME].any()
    assert np.array_equal(after[MARKS["120 kV"][0]], shown[MARKS["120 kV"][0]])
    (record,) = (config.private / "studies").glob("*/text.json")
    (series,) = TextRecord.load(record).series.values()
    assert series.boxes >= 1
