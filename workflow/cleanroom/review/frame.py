"""One frame of an original as a picture in its own size, on which rectangles can be drawn."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.pixels.utils import pixel_array

from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.pixeldata import codecs
from cleanroom.reading.display import check_size, pictures
from cleanroom.redact.about import dataset_of

codecs.complete()


def png(root: Path, instance: Instance, at: int) -> bytes:
    """A frame as PNG.

    Parameters
    ----------
    root
        The input folder.
    instance
        The instance.
    at
        The frame, counted from 0.

    Raises
    ------
    SetAside
        When it cannot be decoded.
    """
    dataset = dataset_of(root, instance)
    check_size(dataset)
    try:
        shown = pictures(pixel_array(dataset, index=at, raw=True), dataset)[0]
    except Exception as error:  # codecs raise their own kinds
        raise SetAside(f"its pixels cannot be decoded ({type(error).__name__})") from error
    stream = io.BytesIO()
    Image.fromarray(np.asarray(shown, np.uint8)).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
