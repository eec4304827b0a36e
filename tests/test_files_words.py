"""Words are found wherever a picture can show them, and none is left that a reader can read."""

import io
import json
from hashlib import sha256
from pathlib import Path

import hiding
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cleanroom.files import views
from cleanroom.files.pdf import cleaned_pdf
from cleanroom.files.redacted import cleaned_picture
from cleanroom.reading import Word, tesseract
from cleanroom.reading import words as first_reader
from cleanroom.reading.goes import chooser, everything

PADDING = 25
"""The ground truth counts from the corner of a picture with a border of so many pixels."""
pytestmark = pytest.mark.long


KNOWN: dict[bytes, list[Word]] = {}


def words(picture: NDArray[np.uint8]) -> list[Word]:
    """The first reader, who reads a picture once in all of this file."""
    name = sha256(str(picture.shape).encode() + np.ascontiguousarray(picture).tobytes()).digest()
    if name not in KNOWN:
        KNOWN[name] = first_reader(picture)
    return KNOWN[name]


def read(data: bytes) -> str:
    """All words that both readers find in what a file shows, also behind transparency."""
    readers = [words, *([tesseract.words] if tesseract.installed() else [])]
    shown = (frame for data_frame in hiding.pixels(data) for frame in views.views(data_frame))
    return " ".join(word.text for view in shown for each in readers for word in each(view))


def cleaned(image: Image.Image, sort: str = "PNG") -> bytes:
    """The picture as a file, cleaned."""
    buffer = io.BytesIO()
    image.save(buffer, sort)
    return cleaned_picture(buffer.getvalue(), words, everything, lambda: None).data


def behind_transparency() -> Image.Image:
    image = hiding.with_words().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    return image


def in_the_transparency() -> Image.Image:
    image = hiding.drawing().convert("RGBA")
    image.putalpha(hiding.with_words(mode="L", fill=255))
    return image


@pytest.mark.parametrize(
    "image",
    [
        hiding.with_words(),
        hiding.with_words(fill=(24, 34, 44)),
        hiding.with_words(mode="L", fill=250),
        behind_transparency(),
        in_the_transparency(),
    ],
    ids=["plain", "hardly visible", "grey", "behind transparency", "in the transparency"],
)
def test_a_name_is_found_and_covered(image: Image.Image) -> None:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert "wiebel" in read(buffer.getvalue())
    assert "wiebel" not in read(cleaned(image))


def test_a_name_in_16_bits_is_found_and_covered() -> None:
    grey = np.asarray(hiding.with_words(mode="L", fill=250), np.uint16)
    image = Image.fromarray((grey * 9 + 1000).astype(np.uint16))
    after = np.asarray(Image.open(io.BytesIO(cleaned(image, "TIFF"))))
    assert not after[20:42, 34:180].any()
    assert np.array_equal(after[60:], (grey * 9 + 1000)[60:])


def test_a_picture_without_words_is_not_touched() -> None:
    image = hiding.drawing()
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(cleaned(image)))), np.asarray(image))


def test_a_scanned_page_has_no_words_left() -> None:
    page = Image.new("L", (425, 300), 255)
    page.paste(
        hiding.with_words(hiding.SECRET, mode="L", fill=255).point(lambda v: 255 - v).crop((0, 10, 320, 55)),
        (50, 60),
    )
    buffer = io.BytesIO()
    page.save(buffer, "PDF", resolution=100)
    done = cleaned_pdf(buffer.getvalue(), words, with_pictures=True)
    assert done.covered


def test_a_misread_name_still_tells() -> None:
    goes = chooser("identity", frozenset({("person", "Zwiebelhuber^Ottilie"), ("id", "PID-7734219")}))
    for line in (
        "Zwiebelhuber, Ottilie",
        "Name: Zwiebe1huber",
        "Zwiebelhubr",
        "Zwiebel huber",
        "PID 7734219",
    ):
        assert goes(Word(line, 0.99, (0, 0, 80, 12)))
    for line in ("kVp 120", "Dose: 12.4 mGy", "Transversal"):
        assert not goes(Word(line, 0.99, (0, 0, 80, 12)))


def test_burned_in_names_of_a_real_picture_are_covered(scans: Path) -> None:
    folder = scans / "phi_presidio_burnedin"
    truth = json.loads((folder / "sample_data" / "ground_truth.json").read_text())
    boxes = truth["sample_data/2_ORIGINAL.dcm"]
    data = (folder / "test_data" / "png_images" / "2_ORIGINAL.png").read_bytes()
    done = cleaned_picture(data, words, everything, lambda: None).data
    (before,), (after,) = hiding.pixels(data), hiding.pixels(done)
    for box in boxes:
        left, top = max(box["left"] - PADDING, 0), max(box["top"] - PADDING, 0)
        part = np.s_[top : top + box["height"], left : left + box["width"], 0]
        assert before[part].max() > 100
        assert not after[part].any()
    assert not any(box["label"] in read(done) for box in boxes)
