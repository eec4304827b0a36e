"""Letters drawn on pictures by tests, and how many of their pixels some boxes cover."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from absence import absent
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/truetype")
SCRIPTS = {
    "latin": ("MÜLLER-LÜDENSCHEIDT José 12.03.1954", "dejavu/DejaVuSans.ttf"),
    "cyrillic": ("ИВАНОВ Пётр Сергеевич", "dejavu/DejaVuSans.ttf"),
    "greek": ("ΠΑΠΑΔΟΠΟΥΛΟΣ Γιώργος", "dejavu/DejaVuSans.ttf"),
    "chinese": ("王小明 北京医院", "droid/DroidSansFallbackFull.ttf"),
}


def lettered(
    picture: NDArray[np.generic], script: str, size: int, value: float, at: tuple[int, int] = (12, 12)
) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """A picture (rows, columns) with a text on it, and which of its pixels are text."""
    text, font = SCRIPTS[script]
    if not (FONTS / font).is_file():
        absent(str(FONTS / font))
    drawn = Image.new("L", picture.shape[::-1])
    ImageDraw.Draw(drawn).text(at, text, fill=255, font=ImageFont.truetype(FONTS / font, size))
    weight = np.asarray(drawn) / 255
    written = picture * (1 - weight) + value * weight
    return written.round().astype(picture.dtype), weight > 0.25


def covered(boxes: Iterable[tuple[int, int, int, int]], letters: NDArray[np.bool_]) -> float:
    """The part of the text's pixels that lie in boxes (left, top, right, bottom)."""
    mask = np.zeros(letters.shape, bool)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = True
    return float(mask[letters].mean())
