"""Letters of 8 to 32 pixels, in four scripts, upright and on their side: every pixel lies in a box."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from lettering import covered, lettered
from numpy.typing import NDArray

from cleanroom.reading.display import grey
from cleanroom.reading.goes import chooser
from cleanroom.redact.shown import Shown


@pytest.fixture(scope="module")
def head(scans: Path) -> NDArray[np.generic]:
    """An axial CT slice of a head, in stored values."""
    return pydicom.dcmread(next((scans / "ct_ge_hispeed_head_tilt").rglob("14.dcm"))).pixel_array


def read(values: NDArray[np.generic]) -> list[tuple[int, int, int, int]]:
    """All boxes in all windows."""
    shown = Shown(chooser("all", frozenset()))
    return [box for picture in grey(values) for box in shown.picture(picture)]


@pytest.mark.long
@pytest.mark.parametrize("script", ["latin", "cyrillic", "greek", "chinese"])
@pytest.mark.parametrize("size", [8, 12, 20, 32])
def test_white_letters_over_a_head(head: NDArray[np.generic], script: str, size: int) -> None:
    written, letters = lettered(head, script, size, float(head.max()))
    assert covered(read(written), letters) == 1.0


@pytest.mark.parametrize(
    ("script", "quarters"), [("latin", 1), ("latin", 3), ("cyrillic", 1), ("greek", 3), ("chinese", 1)]
)
def test_letters_on_their_side(head: NDArray[np.generic], script: str, quarters: int) -> None:
    written, letters = lettered(head, script, 16, float(head.max()))
    assert covered(read(np.rot90(written, quarters)), np.rot90(letters, quarters)) == 1.0


def test_grey_letters_on_grey() -> None:
    ground = np.full((300, 500), 100, np.uint8)
    written, letters = lettered(ground, "latin", 16, 140)
    assert covered(read(written), letters) == 1.0


def test_letters_far_brighter_than_everything_else(head: NDArray[np.generic]) -> None:
    written, letters = lettered((head - head.min()).astype(np.uint16), "latin", 14, 65535)
    assert covered(read(written), letters) == 1.0


def test_a_strip_so_thin_that_reduced_nothing_is_left_of_it() -> None:
    ground = np.full((16, 20_000), 100, np.uint8)
    written, letters = lettered(ground, "latin", 12, 255, at=(400, 1))
    assert covered(read(written), letters) == 1.0
