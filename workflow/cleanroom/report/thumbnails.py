"""The pictures of a series as small pictures inside the page."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from PIL import Image

VIEWS = {
    "slices": "Three planes",
    "axial": "Axial",
    "coronal": "Coronal",
    "sagittal": "Sagittal",
    "front": "From the front",
    "left": "From the left",
    "right": "From the right",
    "side": "From the side",
}
"""Part of a file name → label, in the order in which they are shown."""

MANY_SERIES = 300
LARGE, SMALL = 240, 112
QUALITY = 68
"""Height in pixels: small when there are many series, so that the page stays light."""


@dataclass(frozen=True)
class Thumbnail:
    """One view of a series; ``before``, and what was withheld, is ever only on the private page."""

    label: str
    after: str
    before: str = ""
    wide: bool = False
    """Several planes side by side."""


def thumbnails(work: Path, files: list[str], edge: int, private: bool) -> list[Thumbnail]:
    """Make the thumbnails of a series.

    Parameters
    ----------
    work
        The study's work folder; nothing outside its ``pictures`` is read.
    files
        As in ``VerifyRecord.pictures``.
    edge
        Height in pixels; a picture of several planes may be three times as wide.
    private
        Whether before pictures may be shown.
    """
    names = {kind: _named(files, kind) for kind in ["after", "withheld", "before"]}
    after = names["after"] | names["withheld"] if private else names["after"]
    before = names["before"] if private else {}
    return [
        Thumbnail(
            label=label(name),
            after=data_uri(work / after[name], edge) if name in after else "",
            before=data_uri(work / before[name], edge) if name in before else "",
            wide=_view(name) == "slices",
        )
        for name in sorted(after | before, key=_rank)
    ]


def still(path: Path, edge: int) -> Thumbnail:
    """The thumbnail of one picture."""
    return Thumbnail(label(path.name), after=data_uri(path, edge), wide=_view(path.name) == "slices")


def _named(files: Iterable[str], kind: str) -> dict[str, str]:
    """Name → file of one folder of pictures; ``..`` leads nowhere."""
    parts = {file: PurePosixPath(file).parts for file in files}
    return {
        "/".join(names[2:]): file
        for file, names in parts.items()
        if names[:2] == ("pictures", kind) and ".." not in names
    }


def data_uri(path: Path, edge: int) -> str:
    """A WebP of the pixels alone, without the file's own metadata; empty when it cannot be read."""
    return _encoded(path, path.stat().st_mtime_ns, edge) if path.is_file() else ""


@lru_cache(maxsize=20_000)
def _encoded(path: Path, _: int, edge: int) -> str:
    """Both pages show the same pictures; the time tells a picture that was drawn anew."""
    try:
        with Image.open(path) as picture:
            small = picture.convert("L" if picture.mode in ("1", "L", "I", "I;16", "F") else "RGB")
    except OSError:
        return ""
    small.thumbnail((edge * 3, edge))
    stream = io.BytesIO()
    small.save(stream, "WEBP", quality=QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()


def _view(name: str) -> str:
    return next((view for view in VIEWS if view in name.lower()), "")


def label(name: str) -> str:
    """What a picture shows, by its name."""
    return VIEWS.get(_view(name), "View")


def _rank(name: str) -> tuple[int, str]:
    return list(VIEWS).index(_view(name)) if _view(name) else len(VIEWS), name
