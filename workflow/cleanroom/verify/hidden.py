"""Whether pixel words hold bits that are no pixel: an overlay may be drawn in them."""

import io

import numpy as np
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import _get_jpg_parameters, get_j2k_parameters, iter_pixels

from cleanroom.errors import SetAside
from cleanroom.verify.decoded import UNCOMPRESSED, WIDTHS, Words, native_words, stored_bits
from cleanroom.verify.header import Header

RLE = "1.2.840.10008.1.2.5"
_JPEG_2000 = ("1.2.840.10008.1.2.4.9", "1.2.840.10008.1.2.4.20")


def hidden(header: Header, syntax: str) -> bool:
    """Whether bits beside the stored values differ between words of one value, or follow the last word.

    Parameters
    ----------
    header
        A file with pixels.
    syntax
        Its transfer syntax.
    """
    allocated = header.number(0x00280100)
    bits, below = stored_bits(header)
    if allocated not in WIDTHS or header.pixels is None:
        return False
    if syntax in UNCOMPRESSED:
        words, tail = native_words(header)
        return any(tail) or _beside(words, bits, below, header.number(0x00280103) == 1)
    if bits == allocated or (syntax != RLE and _precision(header, syntax) <= bits):
        return False
    decoded = iter_pixels(io.BytesIO(header.buffer[:]), raw=True, correct_unused_bits=False)
    signed = header.number(0x00280103) == 1
    return any(_beside(frame.view(f"u{frame.dtype.itemsize}"), bits, below, signed) for frame in decoded)


def _beside(words: Words, bits: int, below: int, signed: bool) -> bool:
    allocated = words.dtype.itemsize * 8
    if bits == allocated or not words.size:
        return False
    every = (1 << allocated) - 1
    above = every & ~((1 << bits + below) - 1)
    low = (1 << below) - 1
    if (words & low).any():
        return True
    top = words & above
    if not top.any():
        return False
    negative = (words >> (bits + below - 1) & 1).astype(bool)
    return not (signed and bool(np.array_equal(top == above, negative)) and not top[~negative].any())


def _precision(header: Header, syntax: str) -> int:
    """The most bits that a frame's code stream says it has."""
    assert header.pixels is not None
    read = get_j2k_parameters if syntax.startswith(_JPEG_2000) else _get_jpg_parameters
    count = max(header.number(0x00280008), 1)
    found = generate_frames(header.value(header.pixels), number_of_frames=count)
    try:
        return max((int(read(frame).get("precision", 99)) for frame in found), default=0)
    except ValueError:
        raise SetAside("its compressed frames cannot be told apart") from None
