"""Compressed CT files of the public collections: decoded as their native twins, released verbatim."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from boxed import one
from numpy.typing import NDArray

from cleanroom.pixeldata.frames import Frames
from cleanroom.pixeldata.original import Original
from cleanroom.records import TextBox

CORNERSTONE = "odd_cornerstone_codecs/testImages/CTImage.dcm"
TWO = "odd_dicomparser/testImages/encapsulated/multi-frame/CT0012."
ONE = "odd_dicomparser/testImages/encapsulated/single-frame/CT1_UNC."
EXTENDED = [
    f"{CORNERSTONE}_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm",
    f"{TWO}fragmented_no_bot_jpeg_baseline.51.dcm",
]
"""JPEG extended, 12 bits; the second in fragments."""
LOSSLESS = [
    f"{TWO}fragmented_no_bot_jpeg_lossless.57.dcm",
    f"{TWO}fragmented_no_bot_jpeg_lossless.70.dcm",
    f"{TWO}fragmented_no_bot_jpeg_ls.80.dcm",
    f"{TWO}not_fragmented_bot_jpeg_ls.80.dcm",
    f"{TWO}not_fragmented_bot_rle.dcm",
    f"{ONE}fragmented_bot_jpeg_ls.80.dcm",
    f"{ONE}fragmented_no_bot_jpeg_ls.80.dcm",
]


def values(path: Path) -> NDArray[np.integer]:
    """All stored values, (frames, rows, columns, 1)."""
    frames = Frames(Original.of(pydicom.dcmread(path)))
    return np.concatenate([frames.layout.values(pixels.words) for pixels in frames])


def twin(scans: Path, name: str) -> Path:
    """The same images, not compressed."""
    if name.startswith(CORNERSTONE):
        return scans / CORNERSTONE
    return scans / f"{TWO if name.startswith(TWO) else ONE}explicit_little_endian.dcm"


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_and_fragmented_frames_decode_to_the_native_values(scans: Path, name: str) -> None:
    assert np.array_equal(values(scans / name), values(twin(scans, name)))


@pytest.mark.parametrize("name", EXTENDED)
def test_jpeg_of_twelve_bits_decodes_to_the_native_image(scans: Path, name: str) -> None:
    found = values(scans / name)
    assert 0 <= found.min() < 1100 < found.max() < 4096
    assert np.corrcoef(found.ravel(), values(twin(scans, name)).ravel())[0, 1] > 0.9999


@pytest.mark.parametrize("name", [EXTENDED[1], LOSSLESS[0], LOSSLESS[5]])
def test_untouched_they_are_released_verbatim(scans: Path, tmp_path: Path, name: str) -> None:
    boxed, uid = one(scans / name, tmp_path, [])
    assert not boxed.record.set_aside
    before, after = pydicom.dcmread(scans / name), boxed.released(uid)
    assert after.PixelData == before.PixelData
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID


@pytest.mark.parametrize("name", [*EXTENDED, LOSSLESS[2]])
def test_with_a_box_all_else_keeps_its_decoded_value(scans: Path, tmp_path: Path, name: str) -> None:
    boxed, uid = one(scans / name, tmp_path, [TextBox(left=10, top=20, right=60, bottom=40)])
    assert not boxed.record.set_aside
    assert boxed.verify()[1].get(uid, {}).get("pixels") is None
    before, after = values(scans / name), values(boxed.path(uid))
    after[:, 20:40, 10:60] = before[:, 20:40, 10:60]
    assert np.array_equal(after, before)
