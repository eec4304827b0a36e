"""Pixel data that are not what their header says: the series is set aside, and the reason says what."""

import struct
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from boxed import HERE, Boxed
from exports import instance, save
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import UID, ExplicitVRBigEndian

from cleanroom.encode.covering import covered
from cleanroom.errors import SetAside
from cleanroom.pixeldata.original import Original
from cleanroom.records import TextBox

FRAMES = [np.full((8, 8), 9 * at, "<u2") + np.arange(8, dtype="<u2") for at in range(3)]
CODED = [imagecodecs.jpegls_encode(frame) for frame in FRAMES]
JPEG_LS = UID("1.2.840.10008.1.2.4.80")
TABLE = 8


def compressed(data: bytes, count: int = 3) -> FileDataset:
    made = instance(1, NumberOfFrames=count, PixelData=data)
    made.file_meta.TransferSyntaxUID = JPEG_LS
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    return made


def lying(offset: int) -> FileDataset:
    data = bytearray(encapsulate(CODED))
    struct.pack_into("<L", data, TABLE + 4, offset)
    return compressed(bytes(data))


def lying_extended() -> FileDataset:
    data, offsets, lengths = encapsulate_extended(CODED)
    made = compressed(data)
    made.ExtendedOffsetTable = offsets[:8] + struct.pack("<Q", 10) + offsets[16:]
    made.ExtendedOffsetTableLengths = lengths
    return made


def broken(at: int) -> FileDataset:
    coded = list(CODED)
    coded[at] = b"\xff\xd8" + bytes(40)
    return compressed(encapsulate(coded))


def larger() -> FileDataset:
    return compressed(encapsulate([imagecodecs.jpegls_encode(np.zeros((16, 16), "<u2"))] * 3))


def short() -> FileDataset:
    return instance(1, NumberOfFrames=3, PixelData=np.stack(FRAMES[:2]).tobytes())


def wider() -> FileDataset:
    return instance(1, Columns=80)


def unknown() -> FileDataset:
    made = compressed(encapsulate(CODED))
    made.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.100")
    return made


BAD: dict[str, tuple[Callable[[], FileDataset], str]] = {
    "a frame that is no code stream": (lambda: broken(1), "JPEG-LS Lossless.* cannot be decoded"),
    "the first frame is no code stream": (lambda: broken(0), "JPEG-LS Lossless.* cannot be decoded"),
    "fewer frames than said": (lambda: compressed(encapsulate(CODED[:2])), "2 of its 3 compressed frames"),
    "more frames than said": (
        lambda: compressed(encapsulate(CODED), count=2),
        "3 of its 2 compressed frames",
    ),
    "an offset into a frame": (lambda: lying(10), "offset table does not point at its frames"),
    "an offset behind the end": (lambda: lying(1 << 20), "offset table does not point at its frames"),
    "offsets that go back": (lambda: lying(0), "offset table does not point at its frames"),
    "an extended offset into a frame": (lying_extended, "offset table does not point at its frames"),
    "a frame of another size": (larger, "cannot be decoded|another size"),
    "native pixels shorter than said": (short, "ends inside its pixels"),
    "columns that are not there": (wider, "ends inside its pixels"),
    "a syntax for which there is no decoder": (unknown, "MPEG2 Main Profile.* cannot be decoded"),
}


@pytest.mark.parametrize("name", BAD)
def test_the_series_is_set_aside_by_name(name: str, tmp_path: Path) -> None:
    make, reason = BAD[name]
    save(make(), tmp_path / "input" / "bad")
    save(instance(1, series="1.2.3.2"), tmp_path / "input" / "good")
    boxed = Boxed(tmp_path, {uid: {"00001": [HERE]} for uid in ("1.2.3.1", "1.2.3.2")})
    (row,) = boxed.record.set_aside
    with pytest.raises(SetAside, match=reason):
        raise SetAside(row.reason)
    assert row.series == boxed.names["1.2.3.1"]
    assert boxed.released("1.2.3.2") is not None


def test_fragments_are_put_together_by_the_table() -> None:
    original = Original.of(compressed(encapsulate(CODED, fragments_per_frame=2)))
    new = covered(original, [TextBox(frame=1, left=0, top=0, right=8, bottom=8)], syntax="explicit")
    assert new is not None
    after = np.frombuffer(new.data, "<u2").reshape(3, 8, 8)
    assert np.array_equal(after[0], FRAMES[0])
    assert np.array_equal(after[2], FRAMES[2])
    assert len(np.unique(after[1])) == 1


def test_words_of_other_elements_are_turned_in_big_endian(tmp_path: Path) -> None:
    made = instance(1, PixelData=FRAMES[1].astype(">u2").tobytes())
    made.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    made.add_new(0x00281201, "OW", struct.pack(">3H", 1, 2, 515))
    made.add_new(0x00281101, "US", [3, 0, 16])
    save(made, tmp_path / "input" / "1")
    boxed = Boxed(tmp_path, {"1.2.3.1": {"00001": [HERE]}})
    after = boxed.released("1.2.3.1")
    assert after.file_meta.TransferSyntaxUID == ExplicitVRBigEndian
    assert after[0x00281201].value == struct.pack(">3H", 1, 2, 515)
    assert after[0x00281101].value == [3, 0, 16]
    assert np.array_equal(after.pixel_array[5:], FRAMES[1][5:])
