"""Tesseract finds something at the border of a picture: its box stays inside, whichever way it is turned."""

import pytest

from cleanroom.reading import tesseract


@pytest.mark.parametrize("quarters", [0, 1, 3])
def test_a_box_at_the_border_stays_in_the_picture(quarters: int) -> None:
    shape = (40, 60)
    turned = (60, 40) if quarters else (40, 60)
    row = {"left": "0", "top": "0", "width": str(2 * turned[1]), "height": str(2 * turned[0])}
    row |= {"conf": "95", "text": "DOE"}
    word = tesseract._word(row, 2, turned)
    assert word is not None
    left, top, right, bottom = tesseract._back(word, quarters, *shape).box if quarters else word.box
    assert (left, top) == (0, 0)
    assert (right, bottom) == (60, 40)
