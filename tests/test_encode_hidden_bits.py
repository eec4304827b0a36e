"""Overlays drawn in unused bits of the pixel words are gone; stored values stay."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from boxed import HERE, Boxed
from exports import instance, save
from pydicom.uid import RLELossless

VALUES = np.arange(64, dtype="<u2").reshape(8, 8)
DRAWN = np.zeros((8, 8), "<u2")
DRAWN[2:5, 1:7] = 1


def written(tmp_path: Path, data: np.ndarray, boxes: bool = False, **values: object) -> Boxed:
    made = instance(1, PixelData=data.tobytes(), **values)
    save(made, tmp_path / "input" / "1")
    return Boxed(tmp_path, {"1.2.3.1": {"00001": [HERE]}} if boxes else {})


@pytest.mark.parametrize("boxes", [False, True])
def test_an_embedded_overlay_is_gone(tmp_path: Path, boxes: bool) -> None:
    made = instance(1, PixelData=(VALUES | DRAWN << 12).tobytes())
    made.add_new(0x60000010, "US", 8)
    made.add_new(0x60000011, "US", 8)
    made.add_new(0x60000100, "US", 16)
    made.add_new(0x60000102, "US", 12)
    save(made, tmp_path / "input" / "1")
    boxed = Boxed(tmp_path, {"1.2.3.1": {"00001": [HERE]}} if boxes else {})
    after = np.frombuffer(boxed.released("1.2.3.1").PixelData, "<u2").reshape(8, 8)
    expected = VALUES.copy()
    if boxes:
        expected[1:4, 2:6] = 0
    assert np.array_equal(after, expected)
    (item,) = boxed.record.series[boxed.names["1.2.3.1"]]
    assert item.cleared == DRAWN.sum()
    assert boxed.verify()[1] == {}


def test_clearing_is_no_change_of_pixels(tmp_path: Path) -> None:
    header = written(tmp_path, VALUES | DRAWN << 15).released("1.2.3.1")
    assert header.ImageType == ["ORIGINAL", "PRIMARY"]
    assert "Bits beside stored pixel values cleared" in header.DeidentificationMethod


def test_bits_below_the_stored_value(tmp_path: Path) -> None:
    boxed = written(tmp_path, VALUES << 4 | DRAWN, HighBit=15)
    assert boxed.released("1.2.3.1").PixelData == (VALUES << 4).tobytes()
    assert boxed.verify()[1] == {}


def test_the_sign_of_a_value_is_not_hidden(tmp_path: Path) -> None:
    data = VALUES.astype("<i2") - 32
    boxed = written(tmp_path, data, PixelRepresentation=1)
    assert boxed.released("1.2.3.1").PixelData == data.tobytes()
    assert boxed.record.series[boxed.names["1.2.3.1"]][0].cleared == 0
    assert boxed.verify()[1] == {}


def test_signs_that_differ_between_words_of_one_value(tmp_path: Path) -> None:
    data = np.full((8, 8), 0x800, "<u2") | DRAWN * 0xF000
    boxed = written(tmp_path, data.astype("<u2"), PixelRepresentation=1)
    assert boxed.released("1.2.3.1").PixelData == np.full((8, 8), 0xF800, "<u2").tobytes()
    assert boxed.verify()[1] == {}


def test_in_compressed_words(tmp_path: Path) -> None:
    made = instance(1, PixelData=(VALUES | DRAWN << 12).tobytes())
    made.compress(RLELossless, generate_instance_uid=False)
    save(made, tmp_path / "input" / "1")
    boxed = Boxed(tmp_path, {})
    released = boxed.released("1.2.3.1")
    assert released.file_meta.TransferSyntaxUID == RLELossless
    released.decompress()
    assert released.PixelData == VALUES.tobytes()
    assert boxed.verify()[1] == {}


def test_compressed_words_without_any_stay_compressed(tmp_path: Path) -> None:
    made = instance(1, PixelData=VALUES.tobytes())
    made.compress(RLELossless, generate_instance_uid=False)
    save(made, tmp_path / "input" / "1")
    boxed = Boxed(tmp_path, {})
    assert boxed.released("1.2.3.1").PixelData == pydicom.dcmread(tmp_path / "input" / "1").PixelData
    assert boxed.verify()[1] == {}


def test_bytes_behind_the_last_word(tmp_path: Path) -> None:
    made = instance(1, PixelData=VALUES.tobytes() + b"Invented^Ines ")
    save(made, tmp_path / "input" / "1")
    assert b"Invented" not in Boxed(tmp_path, {}).path("1.2.3.1").read_bytes()


def test_an_overlay_in_the_stored_bits_is_set_aside(tmp_path: Path) -> None:
    made = instance(1, PixelData=VALUES.tobytes())
    made.add_new(0x60000100, "US", 16)
    made.add_new(0x60000102, "US", 11)
    save(made, tmp_path / "input" / "1")
    (row,) = Boxed(tmp_path, {}).record.set_aside
    assert "in the bits of its pixel values" in row.reason


def test_the_gate_finds_bits_that_are_left(tmp_path: Path) -> None:
    boxed = written(tmp_path, VALUES)
    header = boxed.released("1.2.3.1")
    header.PixelData = (VALUES | DRAWN << 12).tobytes()
    header.save_as(boxed.path("1.2.3.1"))
    assert "an overlay may be drawn" in boxed.verify()[1]["1.2.3.1"]["pixels"]
