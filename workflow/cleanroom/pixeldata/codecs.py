"""Codecs that pydicom lacks, taught to it: JPEG of 12 bits, and JPEG XL with its transfer syntaxes."""

import imagecodecs
import numpy as np
from pydicom import uid
from pydicom._uid_dict import UID_dictionary
from pydicom.pixels.decoders import base
from pydicom.pixels.decoders.base import Decoder, DecodeRunner
from pydicom.uid import UID

JPEG_XL_LOSSLESS = UID("1.2.840.10008.1.2.4.110")
JPEG_XL_JPEG = UID("1.2.840.10008.1.2.4.111")
JPEG_XL = UID("1.2.840.10008.1.2.4.112")
_JPEG_XL = {
    JPEG_XL_LOSSLESS: ("JPEG XL Lossless", "JPEGXLLossless"),
    JPEG_XL_JPEG: ("JPEG XL JPEG Recompression", "JPEGXLJPEGRecompression"),
    JPEG_XL: ("JPEG XL", "JPEGXL"),
}
LOSSY_METHODS = {
    **dict.fromkeys((uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit), "ISO_10918_1"),
    JPEG_XL_JPEG: "ISO_18181_1",
}
"""Transfer syntaxes that are always with loss → the defined term of (0028,2114) (PS3.3 C.7.6.1.1.5). JPEG-LS
near-lossless, JPEG 2000 and JPEG XL may be without: there the header alone knows."""
DECODER_DEPENDENCIES = dict.fromkeys([uid.JPEGExtended12Bit, *_JPEG_XL], ("imagecodecs",))
"""pydicom asks a plugin for this."""


def is_available(syntax: str) -> bool:
    """Whether a transfer syntax is decoded here: pydicom asks a plugin for this."""
    return syntax in DECODER_DEPENDENCIES


def complete() -> None:
    """Teach pydicom; to be called before pixels are read. Once more does nothing."""
    known = base._PIXEL_DATA_DECODERS
    for syntax, (name, keyword) in _JPEG_XL.items():
        UID_dictionary.setdefault(syntax, (name, "Transfer Syntax", "", "", keyword))
        if syntax not in known:
            decoder = Decoder(syntax)
            decoder.add_plugin("imagecodecs", (__name__, "decode_frame"))
            known[syntax] = (decoder, "3.0")
    extended = base.JPEGExtended12BitDecoder
    if "imagecodecs" not in extended.available_plugins:
        extended.add_plugin("imagecodecs", (__name__, "decode_frame"))


def decode_frame(source: bytes, runner: DecodeRunner) -> bytearray:
    """One frame, as pydicom's plugins give it: little endian, colour by pixel.

    Raises
    ------
    ValueError
        When the code stream is another image than the header says.
    """
    xl = runner.transfer_syntax in _JPEG_XL
    frame = imagecodecs.jpegxl_decode(source) if xl else imagecodecs.jpeg8_decode(source)
    shape: tuple[int, ...] = (runner.rows, runner.columns)
    if runner.samples_per_pixel > 1:
        shape = (*shape, runner.samples_per_pixel)
    if frame.shape != shape or frame.dtype.kind not in "ui":
        raise ValueError("the code stream is another image than the header says")
    runner.set_option("bits_allocated", frame.dtype.itemsize * 8)
    runner.set_option("planar_configuration", 0)
    return bytearray(np.ascontiguousarray(frame).astype(frame.dtype.newbyteorder("<")).tobytes())
