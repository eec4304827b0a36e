"""A PDF without its words: every page becomes a picture of itself, and nothing else is taken over."""

import io
import zlib

import numpy as np
import pikepdf
from numpy.typing import NDArray

from cleanroom.errors import SetAside
from cleanroom.files.covering import Beat, covered
from cleanroom.files.page import Page, pages
from cleanroom.files.redacted import Redacted
from cleanroom.reading import Box, Reader
from cleanroom.reading.goes import Goes, everything
from cleanroom.reading.tone import MOST, tonal

MOST_PAGES = 200
TONAL = "a PDF with a picture in it, on which a person may be seen"
TONAL_FIX = (
    "look at it; then release it with a line under `pictures` in config.yaml:"
    " {match: <its path or a glob>, release: true, reason: <who looked>}"
)
_NONE: Beat = lambda: None  # noqa: E731


def cleaned_pdf(
    data: bytes,
    reader: Reader | None,
    goes: Goes = everything,
    *,
    most: int = MOST_PAGES,
    with_pictures: bool = False,
    beat: Beat = _NONE,
) -> Redacted:
    """Render the pages of a PDF, cover their words, and make a PDF of the pictures.

    Text layer, annotations, forms, attachments, scripts, layers, properties and earlier revisions are not
    taken over: nothing of the old file is, but what its pages show.

    Parameters
    ----------
    data
        The file.
    reader
        Finds words that are not in the text layer; None: words stay.
    goes
        Which words go.
    most
        With more pages it is set aside.
    with_pictures
        Whether a page may show continuous tone: a person has looked at it.
    beat
        Called after every page.

    Returns
    -------
    Redacted
        Its ``data`` are the same bytes for the same input.

    Raises
    ------
    SetAside
        When it is encrypted, broken, too long, shows pictures, or a word is left.
    """
    done: list[Page] = []
    boxes: list[list[Box]] = []
    for page in pages(data, most, goes):
        if not with_pictures and tonal(page.image) > MOST:
            raise SetAside(TONAL, TONAL_FIX)
        image, filled = covered(page.image, reader, goes, page.words) if reader else (page.image, [])
        done.append(_packed(Page(np.asarray(image, np.uint8), page.points, [])))
        boxes.append(filled)
        beat()
    how = f"{len(done)} pages made pictures of themselves"
    return Redacted(_rebuilt(done), "pdf", how, boxes)


def _packed(page: Page) -> Page:
    """A page with its pixels compressed, so that two hundred of them fit into memory."""
    return page if page.image.ndim == 1 else Page(_flat(page.image), page.points, [])


def _flat(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    head = np.array([*image.shape[:2], 1 if image.ndim == 2 else 3], "<u4").tobytes()
    return np.frombuffer(head + zlib.compress(image.tobytes(), 6), np.uint8)


def _rebuilt(done: list[Page]) -> bytes:
    document = pikepdf.new()
    for page in done:
        raw = page.image.tobytes()
        height, width, depth = (int(value) for value in np.frombuffer(raw[:12], "<u4"))
        image = document.make_stream(
            raw[12:],
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=width,
            Height=height,
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceGray if depth == 1 else pikepdf.Name.DeviceRGB,
            Filter=pikepdf.Name.FlateDecode,
        )
        across, down = (f"{value:.3f}" for value in page.points)
        drawn = f"{across} 0 0 {down} 0 0 cm /Im0 Do".encode()
        content = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, *(round(value, 3) for value in page.points)],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image)),
            Contents=document.make_stream(drawn),
        )
        document.pages.append(pikepdf.Page(document.make_indirect(content)))
    buffer = io.BytesIO()
    document.save(
        buffer,
        deterministic_id=True,
        compress_streams=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return buffer.getvalue()
