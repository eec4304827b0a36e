"""Comments in compressed frames: what may say whose they are goes, frames decode as before."""

import io

import imagecodecs
import numpy as np
import pydicom
import pytest
from boxed import Boxed
from exports import instance, save
from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless
from test_verify_seeded_headers import NAME, application, commented

TEXT = f"made for {NAME}".encode()
SHADES = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
SIDE = 64


def segment(marker: bytes, text: bytes) -> bytes:
    return marker + (len(text) + 2).to_bytes(2, "big") + text


def jpeg(shift: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(SHADES + np.uint8(shift)).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def jpeg_2000(shift: int = 0) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(SHADES + np.uint8(shift), codecformat="j2k", level=0))


def jpeg_ls() -> bytes:
    return bytes(imagecodecs.jpegls_encode(SHADES))


def in_tile_part(frame: bytes) -> bytes:
    """A comment in the header of the first tile part, whose length grows with it."""
    comment = b"\xff\x64" + (len(TEXT) + 4).to_bytes(2, "big") + b"\0\1" + TEXT
    at = frame.index(b"\xff\x90")
    size = int.from_bytes(frame[at + 6 : at + 10], "big") + len(comment)
    return frame[: at + 6] + size.to_bytes(4, "big") + frame[at + 10 : at + 12] + comment + frame[at + 12 :]


def boxed_2000() -> bytes:
    frame = bytes(imagecodecs.jpeg2k_encode(SHADES, codecformat="jp2", level=0))
    return frame + (len(TEXT) + 8).to_bytes(4, "big") + b"xml " + TEXT


def behind(frame: bytes) -> bytes:
    return frame[:2] + segment(b"\xff\xfe", TEXT) + frame[2:]


SPOKEN: dict[str, tuple[str, list[bytes], int]] = {
    "JPEG, comment": (JPEGBaseline8Bit, [behind(jpeg())], 1),
    "JPEG, application segment in UTF-16": (JPEGBaseline8Bit, [application(jpeg())], 1),
    "JPEG, behind the end": (JPEGBaseline8Bit, [jpeg() + TEXT], 1),
    "JPEG, comment, in three fragments": (JPEGBaseline8Bit, [behind(jpeg())], 3),
    "JPEG, behind the end, in three fragments": (JPEGBaseline8Bit, [jpeg() + TEXT], 3),
    "JPEG, the second of two frames": (JPEGBaseline8Bit, [jpeg(), behind(jpeg(9))], 1),
    "JPEG-LS, comment": (JPEGLSLossless, [behind(jpeg_ls())], 1),
    "JPEG 2000, main header": (JPEG2000Lossless, [commented(jpeg_2000())], 1),
    "JPEG 2000, tile part": (JPEG2000Lossless, [in_tile_part(jpeg_2000())], 1),
    "JPEG 2000, both of two frames": (
        JPEG2000Lossless,
        [commented(jpeg_2000()), in_tile_part(jpeg_2000(3))],
        1,
    ),
    "JPEG 2000, a box": (JPEG2000Lossless, [boxed_2000()], 1),
}
SILENT = {"JPEG": (JPEGBaseline8Bit, [jpeg()], 1), "JPEG 2000": (JPEG2000Lossless, [jpeg_2000()], 1)}
CASES = SPOKEN | SILENT


def made(series: str, syntax: str, frames: list[bytes], fragments: int) -> FileDataset:
    found = instance(1, series=series, Rows=SIDE, Columns=SIDE, BitsAllocated=8, BitsStored=8, HighBit=7)
    found.PatientName, found.NumberOfFrames = f"{NAME}^Ottilie", len(frames)
    found.file_meta.TransferSyntaxUID = syntax
    found.PixelData = encapsulate(frames, fragments_per_frame=fragments)
    found["PixelData"].is_undefined_length = True
    return found


def uid(case: str) -> str:
    return f"1.2.3.{list(CASES).index(case) + 1}"


@pytest.fixture(scope="module")
def boxed(tmp_path_factory: pytest.TempPathFactory) -> Boxed:
    folder = tmp_path_factory.mktemp("comments")
    for case, (syntax, frames, fragments) in CASES.items():
        save(made(uid(case), syntax, frames, fragments), folder / "input" / f"{uid(case)}.dcm")
    return Boxed(folder, {}, read=0)


@pytest.fixture(scope="module")
def found(boxed: Boxed) -> dict[str, dict[str, str]]:
    return boxed.verify()[1]


@pytest.mark.parametrize("case", SPOKEN)
def test_a_name_is_taken_out_and_the_series_is_released(
    boxed: Boxed, found: dict[str, dict[str, str]], case: str
) -> None:
    assert uid(case) not in found
    released, original = boxed.path(uid(case)).read_bytes(), boxed.study.config.input / f"{uid(case)}.dcm"
    for written in (NAME.encode(), NAME.encode("utf-16-le")):
        assert written not in released
    before, after = pydicom.dcmread(original), boxed.released(uid(case))
    assert np.array_equal(before.pixel_array, after.pixel_array)
    assert before.file_meta.TransferSyntaxUID == after.file_meta.TransferSyntaxUID
    old, new = (np.frombuffer(dataset.PixelData, np.uint8) for dataset in (before, after))
    assert len(old) == len(new)
    assert 0 < np.count_nonzero(old != new) <= 2 * len(TEXT) + 8
    assert not new[old != new].any()
    (entry,) = boxed.record.series[boxed.names[uid(case)]]
    assert entry.comments
    assert entry.covered == 0


@pytest.mark.parametrize("case", SILENT)
def test_what_an_encoder_says_of_itself_stays(
    boxed: Boxed, found: dict[str, dict[str, str]], case: str
) -> None:
    assert uid(case) not in found
    original = pydicom.dcmread(boxed.study.config.input / f"{uid(case)}.dcm")
    assert boxed.released(uid(case)).PixelData == original.PixelData


def test_pixels_that_changed_with_the_comment_are_found(boxed: Boxed) -> None:
    path, case = boxed.path(uid("JPEG, comment")), uid("JPEG, comment")
    before, dataset = path.read_bytes(), boxed.released(case)
    frame = bytearray(next(generate_frames(dataset.PixelData, number_of_frames=1)))
    frame[-40] ^= 0x10
    dataset.PixelData = encapsulate([bytes(frame)])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    try:
        assert "although nothing is covered" in boxed.verify()[1][case]["pixels"]
    finally:
        path.write_bytes(before)
