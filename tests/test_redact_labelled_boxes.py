"""Names burned into pictures by others, with their places given: every pixel of each is covered."""

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from absence import absent
from numpy.typing import NDArray
from PIL import Image

from cleanroom.files.covering import covered
from cleanroom.reading import tesseract, words
from cleanroom.reading.display import frames, pictures
from cleanroom.reading.goes import chooser, everything
from cleanroom.redact.shown import Shown

BORDER = 25
"""The labels count from the corner of a picture with a border of so many pixels; the files have none."""
DICOM = {
    "0": "test_data/0_ORIGINAL_compressed.dcm",
    "2": "sample_data/2_ORIGINAL.dcm",
}
pytestmark = pytest.mark.long


def labels(folder: Path, number: str) -> list[tuple[str, tuple[slice, slice]]]:
    """What stands in a picture, and where: (rows, columns) of its own pixels."""
    truth = json.loads((folder / "sample_data" / "ground_truth.json").read_text())
    found = []
    for box in truth[f"sample_data/{number}_ORIGINAL.dcm"]:
        top, left = box["top"] - BORDER, box["left"] - BORDER
        found.append(
            (box["label"], (slice(top, top + box["height"] + 1), slice(left, left + box["width"] + 1)))
        )
    return found


def letters(picture: NDArray[np.uint8], place: tuple[slice, slice]) -> NDArray[np.bool_]:
    """The pixels of the letters in a place: far from its ground."""
    part = picture[place].astype(int)
    return np.asarray(abs(part - np.median(part)) > 60)


def check(
    before: NDArray[np.uint8], after: NDArray[np.uint8], mask: NDArray[np.bool_], folder: Path, number: str
) -> None:
    """Every letter lies in a box, nothing else has changed, and a second reader finds no label."""
    for label, place in labels(folder, number):
        strokes = letters(before, place)
        assert strokes.sum() > 20 * len(label.strip("[]")), "the label is not where the text is"
        assert mask[place][strokes].all()
    assert np.array_equal(before[~mask], after[~mask])
    assert mask.mean() < 0.05
    if not tesseract.installed():
        absent("tesseract (Debian package tesseract-ocr)")
    named = {label for label, _ in labels(folder, number) if "[" not in label}
    assert named & {word.text for word in tesseract.words(before, sideways=False)}
    assert not named & {word.text for word in tesseract.words(after, sideways=False)}


def mask_of(boxes: list[tuple[int, int, int, int]], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where some boxes (left, top, right, bottom) lie."""
    mask = np.zeros(shape, bool)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = True
    return mask


@pytest.mark.parametrize("number", DICOM)
def test_in_dicom(scans: Path, number: str) -> None:
    folder = scans / "phi_presidio_burnedin"
    dataset = pydicom.dcmread(folder / DICOM[number])
    values = next(frames(dataset))
    before = pictures(values, dataset)[0]
    boxes = list(Shown(chooser("all", frozenset())).frame(values, dataset))
    mask = mask_of(boxes, before.shape)
    check(before, np.where(mask, 0, before).astype(np.uint8), mask, folder, number)
    band = slice(0, 32 if number == "2" else 110)
    strokes = letters(before, (band, slice(0, 840)))
    assert strokes.sum() > 500
    assert mask[band, :840][strokes].all()


@pytest.mark.parametrize("number", ["0", "1", "2", "3"])
def test_in_pictures(scans: Path, number: str) -> None:
    folder = scans / "phi_presidio_burnedin"
    before = np.asarray(Image.open(folder / "test_data" / "png_images" / f"{number}_ORIGINAL.png"))
    after, boxes = covered(before, words, everything)
    check(before, np.asarray(after, np.uint8), mask_of(boxes, before.shape), folder, number)
