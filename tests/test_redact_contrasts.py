"""Grey letters on grey: the lowest contrast that is read, in a picture that uses all of its greys."""

import numpy as np
import pytest
from lettering import covered, lettered
from numpy.typing import NDArray

from cleanroom.reading.display import grey
from cleanroom.reading.goes import chooser
from cleanroom.redact.shown import Shown


def ground(noise: float = 0.0) -> NDArray[np.uint8]:
    """Grey, with a black and a white corner so that no window can stretch the contrast."""
    values = np.random.default_rng(5).normal(100, noise, (300, 500)).round().clip(0, 255).astype(np.uint8)
    values[-40:, -40:] = 255
    values[-40:, :40] = 0
    return values


def part(size: int, contrast: int, noise: float = 0.0) -> float:
    """The part of the text's pixels that is covered."""
    written, letters = lettered(ground(noise), "latin", size, 100 + contrast)
    shown = Shown(chooser("all", frozenset()))
    return covered([box for picture in grey(written) for box in shown.picture(picture)], letters)


@pytest.mark.parametrize("noise", [0.0, 4.0])
@pytest.mark.parametrize(
    ("size", "contrast"), [(20, 20), (20, -20), (32, 20), (32, -20), (12, 40), (20, 40), (32, 40)]
)
def test_every_pixel_at_the_contrasts_that_the_docs_promise(size: int, contrast: int, noise: float) -> None:
    assert part(size, contrast, noise) == 1.0


def test_a_few_greys_are_enough_where_nothing_else_uses_the_range() -> None:
    values = np.full((300, 500), 100, np.uint8)
    written, letters = lettered(values, "latin", 12, 104)
    shown = Shown(chooser("all", frozenset()))
    assert covered([box for picture in grey(written) for box in shown.picture(picture)], letters) == 1.0
