"""Pages of a PDF: rendered within bounds, and where its text layer says that words stand."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from cleanroom.errors import SetAside
from cleanroom.reading import Box, Word
from cleanroom.reading.goes import Goes

DPI = 200
_MOST_PIXELS = 30_000_000
_BROKEN_FIX = "print it to a new PDF, or leave it out"
_MOST_RECTANGLES = 20_000


@dataclass(frozen=True)
class Page:
    """One page as a person sees it."""

    image: NDArray[np.uint8]
    """Grey or RGB."""
    points: tuple[float, float]
    """Width and height in points of 1/72 inch."""
    words: list[Box]
    """Where its text layer has words that go."""


def pages(data: bytes, most: int, goes: Goes) -> Iterator[Page]:
    """Render a PDF, page by page: no annotations, no forms, no hidden layers.

    Parameters
    ----------
    most
        With more pages it is set aside.
    goes
        Which words of the text layer go; what holds no two letters or digits goes as unread.

    Raises
    ------
    SetAside
        When it is encrypted, broken or too long.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        secret = "password" in str(error).lower() or "security" in str(error).lower()
        what = "an encrypted PDF" if secret else "a PDF that is broken"
        fix = "save it without a password" if secret else _BROKEN_FIX
        raise SetAside(what, fix) from None
    try:
        if _encrypted(data, document):
            raise SetAside("an encrypted PDF", "save it without a password")
        count = len(document)
        if count > most:
            raise SetAside(f"a PDF of more than {most} pages", "raise pdf.pages in config.yaml, or split it")
        if not count:
            raise SetAside("a PDF without pages", _BROKEN_FIX)
        for number in range(count):
            yield _page(document, number, goes)
    except pypdfium2.PdfiumError:
        raise SetAside("a PDF that is broken", _BROKEN_FIX) from None
    finally:
        document.close()


def _encrypted(data: bytes, document: Any) -> bool:
    """Whether it is encrypted, also with an empty password: its owner did not want it changed."""
    return b"/Encrypt" in data and pypdfium2.raw.FPDF_GetSecurityHandlerRevision(document.raw) >= 0


def _page(document: Any, number: int, goes: Goes) -> Page:
    page = document[number]
    try:
        width, height = page.get_size()
        if not (0 < width < 1e5 and 0 < height < 1e5):
            raise SetAside("a PDF with a page of no or an absurd size", _BROKEN_FIX)
        scale = min(DPI / 72, (_MOST_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False, rev_byteorder=True)
        image = np.array(bitmap.to_numpy()[:, :, :3], np.uint8)
        bitmap.close()
        if bool((image == image[:, :, :1]).all()):
            image = np.ascontiguousarray(image[:, :, 0])
        return Page(image, (width, height), _text(page, scale, image.shape, goes))
    finally:
        page.close()


def _text(page: Any, scale: float, shape: tuple[int, ...], goes: Goes) -> list[Box]:
    """The rectangles of the text layer, in pixels of the rendered page."""
    text = page.get_textpage()
    try:
        count = text.count_rects()
        if count > _MOST_RECTANGLES:
            raise SetAside("a PDF with a page of too many words", _BROKEN_FIX)
        found = []
        for number in range(count):
            rectangle = text.get_rect(number)
            box = _pixels(page, rectangle, scale, shape)
            if goes(_word(text.get_text_bounded(*rectangle), box)):
                found.append(box)
        return found
    finally:
        text.close()


def _word(text: str, box: Box) -> Word:
    word = Word(text.strip(), 1.0, box)
    return word if word.signs > 1 else replace(word, readable=False)


def _pixels(
    page: Any, rectangle: tuple[float, float, float, float], scale: float, shape: tuple[int, ...]
) -> Box:
    """A rectangle of the page's own coordinates on the rendered page, whatever its rotation and crop."""
    raw = pypdfium2.raw

    ends = []
    for x, y in (rectangle[:2], rectangle[2:]):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, shape[1], shape[0], 0, x, y, across, down)
        ends.append((across.value, down.value))
    (x0, y0), (x1, y1) = ends
    margin = max(2, round(1.5 * scale))
    return min(x0, x1) - margin, min(y0, y1) - margin, max(x0, x1) + margin, max(y0, y1) + margin
