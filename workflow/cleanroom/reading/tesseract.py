"""The words in a picture, by a second and independent reader: the program ``tesseract``, if it is there."""

import csv
import os
import shutil
import subprocess

import cv2

from cleanroom import killed
from cleanroom.errors import SetAside
from cleanroom.reading.word import LEAST_SIDE, Picture, Word

_SECONDS = 120
_SMALL = 1000
_COLUMNS = ("left", "top", "width", "height", "conf", "text")


def installed() -> bool:
    """Whether there is such a program here."""
    return shutil.which("tesseract") is not None


def words(image: Picture, sideways: bool = True) -> list[Word]:
    """Read a picture; nothing is written to disk.

    Parameters
    ----------
    image
        8 bit, (rows, columns) or (rows, columns, 3).
    sideways
        Also turn it by a quarter to either side.

    Returns
    -------
    list of Word
        Single words, in the image's own pixels.

    Raises
    ------
    SetAside
        When the program fails or takes longer than two minutes: that it found nothing would be untrue.
    """
    if min(image.shape[:2]) < LEAST_SIDE:
        return []
    found: list[Word] = []
    for quarters in (0, 1, 3) if sideways else (0,):
        turned = image if quarters == 0 else cv2.rotate(image, _TURNS[quarters])
        found += [_back(word, quarters, image.shape[0], image.shape[1]) for word in _read(turned)]  # type: ignore[arg-type]
    return found


_TURNS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 3: cv2.ROTATE_90_CLOCKWISE}


def _read(image: Picture) -> list[Word]:
    scale = 2 if max(image.shape[:2]) < _SMALL else 1
    enlarged = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    _, png = cv2.imencode(".png", enlarged)
    command = ["tesseract", "stdin", "stdout", "--psm", "11", "tsv"]
    try:
        done = subprocess.run(
            command,
            input=png.tobytes(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            env=_environment(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        killed.check("tesseract", getattr(error, "returncode", None))
        reason = f"the second reader, tesseract, failed on it ({type(error).__name__})"
        raise SetAside(reason, "run `tesseract --list-langs`: `eng` has to be among them") from None
    rows = csv.DictReader(done.stdout.decode().splitlines(), dialect="excel-tab", quoting=csv.QUOTE_NONE)
    return [word for row in rows if (word := _word(row, scale, image.shape))]


def _word(row: dict[str, str | None], scale: int, shape: tuple[int, ...]) -> Word | None:
    left, top, width, height, confidence, text = (row[name] or "" for name in _COLUMNS)
    if not text.strip() or float(confidence) < 0:
        return None
    box = int(left), int(top), int(left) + int(width), int(top) + int(height)
    first, second, third, fourth = (value // scale for value in box)
    within = first, second, min(third + 1, shape[1]), min(fourth + 1, shape[0])
    return Word(text.strip(), float(confidence) / 100, within)


def _back(word: Word, quarters: int, rows: int, columns: int) -> Word:
    left, top, right, bottom = word.box
    if quarters == 0:
        return word
    if quarters == 1:
        box = columns - bottom, left, columns - top, right
    else:
        box = top, rows - right, bottom, rows - left
    return Word(word.text, word.score, box, upright=False)


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_THREAD_LIMIT": "1"}
