"""Real screens with words: a second reader finds none left, and every pixel of a name is covered."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from absence import absent
from numpy.typing import NDArray

from cleanroom.reading import tesseract
from cleanroom.reading.display import frames, pictures
from cleanroom.reading.goes import chooser
from cleanroom.redact.shown import Shown

SCREENS = ["examples_rgb_color.dcm", "US1_UNCI.dcm", "JPGLosslessP14SV1_1s_1f_8b.dcm", "I40", "I50"]


def covered(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    """The last picture of the first frame, the same covered, and what covers it."""
    dataset = pydicom.dcmread(path)
    values = next(frames(dataset))
    before = pictures(values, dataset)[-1]
    mask = np.zeros(before.shape[:2], bool)
    for left, top, right, bottom in Shown(chooser("all", frozenset())).frame(values, dataset):
        mask[top:bottom, left:right] = True
    after = before.copy()
    after[mask] = 0
    return before, after, mask


@pytest.mark.long
@pytest.mark.parametrize("name", SCREENS)
def test_a_second_reader_finds_no_word(scans: Path, name: str) -> None:
    if not tesseract.installed():
        absent("tesseract (Debian package tesseract-ocr)")
    before, after, _ = covered(next(scans.rglob(name)))
    assert [word for word in tesseract.words(before, sideways=False) if sure(word.score, word.text)]
    assert not [word.text for word in tesseract.words(after, sideways=False) if sure(word.score, word.text)]


def sure(score: float, text: str) -> bool:
    """Whether the second reader means it: three letters or digits in a row at least."""
    return score > 0.7 and sum(sign.isalnum() for sign in text) > 2
