"""One instance: its cleaned header and its pixel data, written as one file and read again."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.encode.covering import Covered
from cleanroom.errors import SetAside
from cleanroom.pixeldata.codecs import LOSSY_METHODS
from cleanroom.pixeldata.comments import spoken
from cleanroom.pixeldata.compressed import NotCompressed, chosen
from cleanroom.pixeldata.frames import Frames
from cleanroom.pixeldata.original import Original, PixelElement
from cleanroom.pixeldata.written import PixelValue, write

OFFSETS = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")
_SMALLEST, _LARGEST = 0x00280106, 0x00280107
IN_SERIES = ("SmallestPixelValueInSeries", "LargestPixelValueInSeries")


class _Unlike(Exception):
    """What was written does not decode to what was planned."""


def write_verbatim(header: Dataset, original: Original, path: Path) -> int:
    """Write an instance with the original's pixel bytes, in its transfer syntax.

    Comments beside compressed pixels are set to zero, and the frames decode as before.

    Returns
    -------
    int
        How many comments.

    Raises
    ------
    SetAside
        When a comment cannot be taken away without a change of the pixels.
    """
    for keyword in OFFSETS:
        if keyword in original.header:
            header[keyword] = original.header[keyword]
    places = spoken(original)
    write(path, header, original.syntax, PixelValue.verbatim(original, places))
    if places:
        with Original.opened(path.parent, path.name, path.parent) as written:
            _prove_silent(original, written)
    return len(places)


def write_covered(header: Dataset, new: Covered, path: Path) -> None:
    """Write an instance in which something is covered, and prove what was written.

    A code stream that does not decode to the planned words is replaced by native words.

    Raises
    ------
    SetAside
        When native words are not as planned.
    """
    for keyword, value in new.attributes.items():
        setattr(header, keyword, value)
    for keyword in OFFSETS:
        header.pop(keyword, None)
    _keep_history(header, new.original)
    try:
        _write(header, new, path)
    except (NotCompressed, _Unlike):
        native = chosen("explicit", new.original.syntax, new.layout)
        if new.syntax == native or not new.syntax.is_encapsulated:
            raise SetAside("what was written does not read back as planned") from None
        new.syntax = native
        new.frames.forget()
        _write(header, new, path)


def _write(header: Dataset, new: Covered, path: Path) -> None:
    if _SMALLEST in header or _LARGEST in header:
        _give_range(header, new)
    value = new.value()
    start = write(path, header, new.syntax, value)
    if not start:
        with Original.opened(path.parent, path.name, path.parent) as written:
            _prove(new, written)
        return
    with path.open("rb") as file:
        length = None if value.length is None else value.length + value.length % 2
        element = PixelElement(value.tag, value.vr, start, length)
        _prove(new, Original(header, new.syntax, element, file))


def _give_range(header: Dataset, new: Covered) -> None:
    """Smallest and Largest Image Pixel Value of the pixels as they are now."""
    for tag, value in zip((_SMALLEST, _LARGEST), new.range(), strict=True):
        fits = -0x8000 <= value < 0 or (0 <= value <= 0xFFFF and not (new.layout.signed and value > 0x7FFF))
        if tag in header and (not fits or new.layout.floating):
            del header[tag]
        elif tag in header:
            header.add_new(tag, "SS" if new.layout.signed else "US", int(value))


def _keep_history(header: Dataset, original: Original) -> None:
    """What was once compressed with loss says so for ever (PS3.3 C.7.6.1.1.5)."""
    method = LOSSY_METHODS.get(original.syntax)
    if method is None or header.get("LossyImageCompression") == "01":
        return
    header.LossyImageCompression = "01"
    header.LossyImageCompressionMethod = method


def _prove(new: Covered, written: Original) -> None:
    """Every pixel that nothing covers has its stored value, and every other one what was planned."""
    new.frames.forget()
    before, after = _frames(new.frames), _frames(Frames(written))
    for at, (old, now) in enumerate(zip_longest(before, after)):
        if old is None or now is None or old.shape != now.shape:
            raise _Unlike
        if not new.holds(at, old, now):
            raise _Unlike


def _prove_silent(original: Original, written: Original) -> None:
    """Every frame decodes to the same words as before."""
    for old, now in zip_longest(Frames(original), Frames(written)):
        if old is None or now is None or not np.array_equal(old.words, now.words):
            raise SetAside(
                "a comment beside its compressed pixels cannot be taken away", "re-export it uncompressed"
            )


def _frames(frames: Frames) -> Iterator[NDArray[Any]]:
    for pixels in frames:
        yield from frames.layout.values(pixels.words)
