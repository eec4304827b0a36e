"""The same head in every transfer syntax."""

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import matrix_classic
import numpy as np
from matrix_heads import Row, Series
from matrix_multiframe import small
from numpy.typing import NDArray
from pydicom.encaps import encapsulate, encapsulate_extended, fragment_frame, itemize_fragment
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

Plane = NDArray[np.uint16]
JPEG_2000 = {"codecformat": "j2k", "reversible": True, "level": 0}


def axial(scans: Path) -> Series:
    return matrix_classic.axial(scans, 16)


def native(syntax: str) -> Callable[[Path], Series]:
    def make(scans: Path) -> Series:
        made = axial(scans)
        for item in made:
            item.file_meta.TransferSyntaxUID = UID(syntax)
            if syntax == ExplicitVRBigEndian:
                item.PixelData = np.frombuffer(item.PixelData, "<u2").byteswap().tobytes()
        return made

    return make


def compressed(
    syntax: str, encode: Callable[[Plane], bytes], bits: int = 12, loss: bool = False
) -> Callable[[Path], Series]:
    def make(scans: Path) -> Series:
        made = axial(scans)
        for item in made:
            plane = item.pixel_array.astype("<u2")
            if bits == 8:
                plane = (plane >> 4).astype("u1")
                item.BitsAllocated, item.BitsStored, item.HighBit = 8, 8, 7
            item.PixelData = encapsulate([encode(plane)])
            item["PixelData"].VR = "OB"
            item["PixelData"].is_undefined_length = True
            item.file_meta.TransferSyntaxUID = UID(syntax)
            if loss:
                item.LossyImageCompression, item.LossyImageCompressionRatio = "01", "7.5"
                item.LossyImageCompressionMethod = "ISO_10918_1"
        return made

    return make


def rle(scans: Path) -> Series:
    made = axial(scans)
    for item in made:
        uid = item.SOPInstanceUID
        item.compress("1.2.840.10008.1.2.5")
        item.SOPInstanceUID = item.file_meta.MediaStorageSOPInstanceUID = uid
    return made


def frames(table: str, pieces: int) -> Callable[[Path], Series]:
    """The small enhanced MR in JPEG-LS: its frames in so many fragments, with an offset table or without."""

    def make(scans: Path) -> Series:
        (item,) = small("emri_small.dcm")(scans)
        coded = [imagecodecs.jpegls_encode(frame) for frame in item.pixel_array]
        if table == "extended":
            data, offsets, lengths = encapsulate_extended(coded)
            item.ExtendedOffsetTable, item.ExtendedOffsetTableLengths = offsets, lengths
        elif table == "basic":
            data = encapsulate(coded, fragments_per_frame=pieces)
        else:
            parts = [part for frame in coded for part in fragment_frame(frame, pieces)]
            data = b"".join([b"\xfe\xff\x00\xe0\0\0\0\0", *map(itemize_fragment, parts)])
        item.PixelData = data
        item["PixelData"].VR, item["PixelData"].is_undefined_length = "OB", True
        item.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.80")
        return [item]

    return make


def _jpeg(plane: Plane) -> bytes:
    return imagecodecs.jpeg8_encode(plane, level=95, bitspersample=12 if plane.itemsize > 1 else 8)


def _near(plane: Plane) -> bytes:
    return imagecodecs.jpegls_encode(plane, level=2)


ROWS = [
    Row("Implicit VR Little Endian", native(ImplicitVRLittleEndian)),
    Row("Explicit VR Big Endian", native(ExplicitVRBigEndian)),
    Row("Deflated", native(DeflatedExplicitVRLittleEndian)),
    Row("RLE", rle),
    Row("JPEG baseline, 8 bits", compressed("1.2.840.10008.1.2.4.50", _jpeg, 8, loss=True)),
    Row("JPEG extended, 12 bits", compressed("1.2.840.10008.1.2.4.51", _jpeg, loss=True)),
    Row("JPEG lossless, process 14", compressed("1.2.840.10008.1.2.4.57", imagecodecs.ljpeg_encode)),
    Row("JPEG lossless, selection value 1", compressed("1.2.840.10008.1.2.4.70", imagecodecs.ljpeg_encode)),
    Row("JPEG-LS", compressed("1.2.840.10008.1.2.4.80", imagecodecs.jpegls_encode)),
    Row("JPEG-LS, near-lossless", compressed("1.2.840.10008.1.2.4.81", _near, loss=True)),
    Row(
        "JPEG 2000, lossless",
        compressed("1.2.840.10008.1.2.4.90", lambda p: imagecodecs.jpeg2k_encode(p, **JPEG_2000)),
    ),
    Row(
        "JPEG 2000",
        compressed(
            "1.2.840.10008.1.2.4.91",
            lambda p: imagecodecs.jpeg2k_encode(p, codecformat="j2k", level=60),
            loss=True,
        ),
    ),
    Row(
        "HTJ2K, lossless",
        compressed("1.2.840.10008.1.2.4.201", lambda p: imagecodecs.htj2k_encode(p, reversible=True)),
    ),
    Row(
        "HTJ2K, lossless, RPCL",
        compressed("1.2.840.10008.1.2.4.202", lambda p: imagecodecs.htj2k_encode(p, reversible=True)),
    ),
    Row(
        "HTJ2K",
        compressed("1.2.840.10008.1.2.4.203", lambda p: imagecodecs.htj2k_encode(p, level=0.001), loss=True),
    ),
    Row(
        "JPEG XL, lossless",
        compressed("1.2.840.10008.1.2.4.110", lambda p: imagecodecs.jpegxl_encode(p, lossless=True)),
    ),
    Row(
        "JPEG XL",
        compressed(
            "1.2.840.10008.1.2.4.112", lambda p: imagecodecs.jpegxl_encode(p, distance=1.0), loss=True
        ),
    ),
    Row("enhanced, RLE", small("emri_small_RLE.dcm"), real=True),
    Row("enhanced, JPEG-LS", small("emri_small_jpeg_ls_lossless.dcm"), real=True),
    Row("enhanced, JPEG 2000", small("emri_small_jpeg_2k_lossless.dcm"), real=True),
    Row("enhanced, Explicit VR Big Endian", small("emri_small_big_endian.dcm"), real=True),
    Row("one fragment a frame, no table", frames("none", 1)),
    Row("three fragments a frame, no table", frames("none", 3)),
    Row("three fragments a frame, basic table", frames("basic", 3)),
    Row("extended table", frames("extended", 1)),
]
