"""What the first bytes of a code stream say about its image."""

import struct

from pydicom.pixels.utils import _get_jpg_parameters

_SIZE = b"\xff\x4f\xff\x51"
"""JPEG 2000: start of the code stream, and its size (ISO/IEC 15444-1 A.5.1)."""


def size(stream: bytes) -> tuple[int, int] | None:
    """Rows and columns of a code stream of JPEG, JPEG-LS or JPEG 2000; None of another."""
    at = stream.find(_SIZE, 0, 1 << 10)
    if at >= 0 and len(stream) >= at + 24:
        right, bottom, left, top = struct.unpack_from(">4L", stream, at + 8)
        return bottom - top, right - left
    found = _get_jpg_parameters(stream) if stream.startswith(b"\xff\xd8") else {}
    if "height" not in found or not found["height"]:
        return None
    return int(found["height"]), int(found["width"])
