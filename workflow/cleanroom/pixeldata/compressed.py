"""Frames compressed without loss; whether they were is proved on the file that was written."""

from collections.abc import Callable
from typing import Any, cast

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from cleanroom.pixeldata.codecs import JPEG_XL_LOSSLESS
from cleanroom.pixeldata.layout import Layout, Pixels

CHOICES = {
    "explicit": ExplicitVRLittleEndian,
    "rle": RLELossless,
    "jpeg-ls": JPEGLSLossless,
    "jpeg-2000": JPEG2000Lossless,
    "htj2k": HTJ2KLossless,
    "jpeg-xl": JPEG_XL_LOSSLESS,
}
"""What ``encode.transfer_syntax`` may name besides ``same``."""


def chosen(name: str, original: UID, layout: Layout) -> UID:
    """The transfer syntax in which an instance is written whose pixels changed.

    Parameters
    ----------
    name
        ``same``, or a key of ``CHOICES``.
    original
        What it was; native ones stay as they are under ``same``.
    layout
        Of the native words.
    """
    native = original if not original.is_encapsulated else ExplicitVRLittleEndian
    wanted = original if name == "same" else CHOICES[name]
    if wanted == ExplicitVRLittleEndian or not wanted.is_encapsulated:
        return wanted
    fits = layout.samples == 1 and layout.allocated in (8, 16) and not layout.floating and not layout.shift
    fits &= wanted in CHOICES.values() and not (layout.signed and wanted == JPEGLSLossless)
    return wanted if fits else native


class NotCompressed(Exception):
    """The encoder does not take such pixels."""


def compress(pixels: Pixels, syntax: UID) -> bytes:
    """One frame as a code stream.

    Raises
    ------
    NotCompressed
        When the encoder refuses it.
    """
    layout = pixels.layout
    words = np.ascontiguousarray(pixels.words[0, :, :, 0])
    try:
        return _ENCODERS[syntax](words.astype(words.dtype.newbyteorder("<")), layout)
    except Exception as error:  # codecs raise their own kinds
        raise NotCompressed from error


def _by_pydicom(syntax: UID) -> Callable[[NDArray[Any], Layout], bytes]:
    def encode(words: NDArray[Any], layout: Layout) -> bytes:
        options = {
            "rows": layout.rows,
            "columns": layout.columns,
            "number_of_frames": 1,
            "samples_per_pixel": 1,
            "bits_allocated": layout.allocated,
            "bits_stored": layout.stored,
            "pixel_representation": int(layout.signed),
            "photometric_interpretation": layout.photometric,
        }
        return get_encoder(syntax).encode(words.tobytes(), **cast("Any", options))

    return encode


def _htj2k(words: NDArray[Any], layout: Layout) -> bytes:
    return bytes(imagecodecs.htj2k_encode(layout.values(words), reversible=True))


def _jpeg_xl(words: NDArray[Any], _: Layout) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(words, lossless=True, numthreads=1))


_ENCODERS: dict[str, Callable[[NDArray[Any], Layout], bytes]] = {
    **{syntax: _by_pydicom(syntax) for syntax in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    HTJ2KLossless: _htj2k,
    JPEG_XL_LOSSLESS: _jpeg_xl,
}
