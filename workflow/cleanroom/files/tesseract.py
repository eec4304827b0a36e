"""A second pair of eyes, where the program `tesseract` is installed."""

import csv
import io
import os
import shutil
import subprocess

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cleanroom.files.word import Word

_SECONDS = 170
_SURE, _LETTERS = 80.0, 4


class Tesseract:
    """The words that Tesseract is sure of: 80 of 100, four letters or digits."""

    def words(self, image: NDArray[np.uint8]) -> list[Word]:
        """Single words; none when it takes too long."""
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "PNG", compress_level=1)
        command = [str(shutil.which("tesseract")), "-", "-", "--psm", "11", "--dpi", "200", "tsv"]
        one = os.environ | {"OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(
            command, input=buffer.getvalue(), capture_output=True, env=one, timeout=_SECONDS, check=False
        )
        rows = csv.DictReader(
            done.stdout.decode("utf-8", "replace").splitlines(), dialect="excel-tab", quoting=csv.QUOTE_NONE
        )
        return [word for row in rows if (word := _word(row)) is not None]


def installed() -> bool:
    """Whether there is one on this machine."""
    return shutil.which("tesseract") is not None


def _word(row: dict[str, str]) -> Word | None:
    text = row.get("text") or ""
    score = float(row.get("conf") or -1)
    if score < _SURE or sum(letter.isalnum() for letter in text) < _LETTERS:
        return None
    left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
    return Word(text, score / 100, (left, top, left + width, top + height))
