"""`words: identity` on whole images: what identifies goes, scales and marks stay, unknown scripts go."""

import csv
from pathlib import Path

import numpy as np
import pydicom
import pytest
from exports import save, ultrasound
from lettering import FONTS, SCRIPTS
from line import run_line
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cleanroom.config import Config
from cleanroom.records import TextRecord

SHAPE = (400, 640)
NAMES = ["INVENTED INES", "Ines Invented  ID-4711", "lNVENTED lnes"]
UNREAD = ["cyrillic", "greek", "chinese"]
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


def saved(folder: Path, number: int, shown: NDArray[np.uint8]) -> None:
    """A frame of ultrasound in a series of its own."""
    save(ultrasound(number, shown), folder / f"{number}.dcm")


def after(config: Config, number: int) -> NDArray[np.uint8]:
    """What was released of a frame."""
    with (config.private / "inventory.tsv").open(newline="") as file:
        rows = {row["path"]: row for row in csv.DictReader(file, dialect="excel-tab")}
    row = rows[f"{number}.dcm"]
    assert row["verdict"] == "released", row["reason"]
    return np.asarray(pydicom.dcmread(config.output / row["released_as"]).pixel_array)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """All pictures of the test through one line with ``words: identity``."""
    folder = tmp_path_factory.mktemp("identity")
    for number, written in enumerate(NAMES):
        saved(folder / "input", number, picture(written))
    for number, script in enumerate(UNREAD, len(NAMES)):
        saved(folder / "input", number, picture(SCRIPTS[script][0], script))
    return run_line(folder / "input", folder, text={"rules": [{"words": "identity"}]})


@pytest.mark.parametrize("written", NAMES)
def test_the_studys_name_goes_and_marks_and_scales_stay(identity: Config, written: str) -> None:
    shown = picture(written)
    left = after(identity, NAMES.index(written))
    assert not left[NAME].any()
    for text, (where, _) in MARKS.items():
        assert shown[where].any() and np.array_equal(left[where], shown[where]), text
    assert np.array_equal(left[70:330, 550:590], shown[70:330, 550:590])


def test_with_all_the_marks_go_as_well_but_a_side_and_a_scale(tmp_path: Path) -> None:
    shown = picture("INVENTED INES")
    saved(tmp_path / "input", 0, shown)
    left = after(run_line(tmp_path / "input", tmp_path, text={"rules": [{"words": "all"}]}), 0)
    assert not left[NAME].any()
    for text in ("Depth 16 cm", "120 kV"):
        assert not left[MARKS[text][0]].any(), text
    assert np.array_equal(left[MARKS["L"][0]], shown[MARKS["L"][0]])


@pytest.mark.parametrize("script", UNREAD)
def test_a_script_that_may_not_be_read_goes_as_with_all(identity: Config, script: str) -> None:
    """The name on the picture is in no header: only a reader that could read it might let it stay."""
    shown = picture(SCRIPTS[script][0], script)
    left = after(identity, len(NAMES) + UNREAD.index(script))
    assert shown[NAME].any() and not left[NAME].any()
    assert np.array_equal(left[MARKS["120 kV"][0]], shown[MARKS["120 kV"][0]])
    (record,) = (identity.private / "studies").glob("*/text.json")
    assert all(series.boxes >= 1 for series in TextRecord.load(record).series.values())
