"""``text.json``: words in the pixels of a study."""

from typing import Literal

from pydantic import BaseModel

from cleanroom.records.record import Record


class TextBox(BaseModel):
    """A rectangle of pixels in which words stand: rows ``top`` to ``bottom``, columns ``left`` to ``right``,
    counted from 0, the ends not included."""

    frame: int | None = None
    """Counted from 0; None: every frame."""
    left: int
    top: int
    right: int
    bottom: int
    source: Literal["read", "region", "template", "config"] = "read"


class SeriesText(BaseModel):
    """What is known of words in the pixels of a series."""

    frames_read: int = 0
    """Frames read as pictures of their own, and pages of PDFs; 3 for a sample: its projection shows all."""
    boxes: int = 0
    words: Literal["all", "identity", "never"] = "all"
    """Which words go, by the config."""
    reason: str = ""
    """Why its words stay, or why it is released although a face may be seen: what the config says."""
    notes: list[str] = []
    """What was done otherwise than a template says, for the report."""


class Document(BaseModel):
    """A PDF that was rebuilt from its pages: ``work/<study>/documents/<series>/<number>.pdf``."""

    sha256: str
    boxes: list[list[tuple[int, int, int, int]]] = []
    """Covered, by page, in pixels of the page as it was rendered: left, top, right, bottom."""


class TextRecord(Record):
    """``text.json``."""

    series: dict[str, SeriesText] = {}
    boxes: dict[str, dict[str, list[TextBox]]] = {}
    """Series → instance number → what is to be covered."""
    documents: dict[str, dict[str, Document]] = {}
    """Series → instance number → the PDF that takes the original's place."""
