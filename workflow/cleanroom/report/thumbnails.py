"""The pictures of a series as small pictures inside the page."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image

VIEWS = {
    "axial": "Axial",
    "coronal": "Coronal",
    "sagittal": "Sagittal",
    "front": "From the front",
    "side": "From the side",
}
"""Part of a file name → label, in the order in which they are shown."""

MANY_SERIES = 300
LARGE, SMALL = 240, 128
"""Longest edge in pixels: small when there are many series, so that the page stays light."""


@dataclass(frozen=True)
class Thumbnail:
    """One view of a series; ``before`` is ever only on the private page."""

    label: str
    after: str
    before: str = ""


def thumbnails(work: Path, files: Iterable[str], edge: int, private: bool) -> list[Thumbnail]:
    """Make the thumbnails of a series.

    Parameters
    ----------
    work
        The study's work folder; nothing outside its ``pictures`` is read.
    files
        As in ``VerifyRecord.pictures``.
    edge
        Longest edge in pixels.
    private
        Whether before pictures may be shown.
    """
    kinds: dict[str, dict[str, str]] = {"after": {}, "before": {}}
    for file in files:
        pictures, kind, *name = PurePosixPath(file).parts
        if pictures == "pictures" and kind in kinds and ".." not in name:
            kinds[kind]["/".join(name)] = file
    return [
        Thumbnail(
            label=_label(name),
            after=data_uri(work / file, edge),
            before=data_uri(work / kinds["before"][name], edge)
            if private and name in kinds["before"]
            else "",
        )
        for name, file in sorted(kinds["after"].items(), key=lambda item: _rank(item[0]))
    ]


def data_uri(path: Path, edge: int) -> str:
    """A JPEG of the pixels alone, without the file's own metadata; empty when it cannot be read."""
    try:
        with Image.open(path) as picture:
            small = picture.convert("L" if picture.mode in ("1", "L", "I", "I;16", "F") else "RGB")
    except OSError:
        return ""
    small.thumbnail((edge, edge))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=72, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def _view(name: str) -> str:
    return next((view for view in VIEWS if view in name.lower()), "")


def _label(name: str) -> str:
    return VIEWS.get(_view(name), "View")


def _rank(name: str) -> tuple[int, str]:
    return list(VIEWS).index(_view(name)) if _view(name) else len(VIEWS), name
