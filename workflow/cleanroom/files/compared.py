"""What a cleaned file shows, frame by frame or page by page, and whether only its boxes differ."""

import io
import zlib
from collections.abc import Iterator

import numpy as np
import pikepdf
from PIL import Image

from cleanroom.files.covering import outside
from cleanroom.files.picture import Pixels, decoded
from cleanroom.reading import Box


def after(data: bytes, suffix: str) -> Iterator[Pixels]:
    """The frames of a cleaned file, or the pictures on its pages."""
    if suffix != ".pdf":
        yield from decoded(data).frames
        return
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            image = page.Resources.XObject.Im0
            shape = (int(image.Height), int(image.Width))
            flat = np.frombuffer(zlib.decompress(image.read_raw_bytes()), np.uint8)
            yield flat.reshape(shape if image.ColorSpace == "/DeviceGray" else (*shape, 3))


def unchanged(before: Pixels, now: Pixels, boxes: list[Box]) -> bool:
    """Whether pixels that no box covers are as they were, and every box is one colour."""
    if before.shape[:2] != now.shape[:2]:
        return False
    one, other = (before, now) if before.shape == now.shape else (_full(before), _full(now))
    free = outside(now.shape, boxes)
    flat = all(
        bool((now[top:bottom, left:right] == now[top, left]).all())
        for left, top, right, bottom in boxes
        if top < bottom and left < right
    )
    return flat and np.array_equal(one[free], other[free])


def _full(frame: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(frame).convert("RGBA"), np.uint8)
