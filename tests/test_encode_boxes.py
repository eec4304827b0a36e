"""A box is black, and every pixel outside of it keeps its stored value: in every kind of pixels."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from boxed import HERE, Boxed, one
from exports import instance, save
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import FileDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGTransferSyntaxes,
)

from cleanroom.encode.covering import covered
from cleanroom.errors import SetAside
from cleanroom.pixeldata.codecs import LOSSY_METHODS
from cleanroom.pixeldata.original import Original
from cleanroom.records import TextBox

ROWS, COLUMNS = 6, 8
SYNTAXES = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]
COLOURS = {"RGB": [0, 0, 0], "YBR_FULL": [0, 128, 128], "YBR_FULL_422": [0, 128, 128]}
SCANS = {
    "odd_pydicom/test_files/SC_rgb_rle.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/test_files/SC_rgb_rle_16bit_2frame.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/test_files/MR_small_RLE.dcm": ("MONOCHROME2", None),
    "odd_pydicom/test_files/MR_small_jp2klossless.dcm": ("MONOCHROME2", None),
    "odd_pydicom/test_files/MR_small_jpeg_ls_lossless.dcm": ("MONOCHROME2", None),
    "odd_pydicom/test_files/MR_small_bigendian.dcm": ("MONOCHROME2", None),
    "odd_pydicom/test_files/examples_jpeg2k.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/test_files/examples_ybr_color.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/test_files/SC_rgb_jpeg_gdcm.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/pydicom-data/US1_J2KI.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/pydicom-data/RG3_J2KR.dcm": ("MONOCHROME1", [1023]),
    "odd_pydicom/pydicom-data/color-pl.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/pydicom-data/SC_rgb_expb.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/pydicom-data/SC_rgb_expb_32bit_2frame.dcm": ("RGB", [0, 0, 0]),
    "odd_pydicom/pydicom-data/OBXXXX1A_rle_2frame.dcm": ("PALETTE COLOR", None),
    "odd_pydicom/pydicom-data/gdcm-US-ALOKA-16_big.dcm": ("PALETTE COLOR", None),
    "odd_cornerstone_codecs/testImages/TestPattern_Palette_16.dcm": ("PALETTE COLOR", None),
    "odd_cornerstone_codecs/testImages/TestPattern_JPEG-Baseline_YBR422.dcm": ("RGB", [0, 0, 0]),
    "odd_cornerstone_codecs/testImages/TestPattern_JPEG-LS-NearLossless.dcm": ("RGB", [0, 0, 0]),
    "odd_cornerstone_codecs/testImages/US-YBR_FULL_422-EVRLE.dcm": ("YBR_FULL_422", [0, 128, 128]),
}
"""Real files → Photometric Interpretation of what is written, and a black pixel where it is known."""


def read(dataset: FileDataset) -> FileDataset:
    """As it is read from a file in its transfer syntax."""
    file = io.BytesIO()
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    file.seek(0)
    return pydicom.dcmread(file)


def words(bits: int, big: bool) -> str:
    return f"{'>' if big else '<'}u{bits // 8}"


@st.composite
def originals(draw: st.DrawFn) -> tuple[FileDataset, np.ndarray, list[TextBox]]:
    """An instance with random words, the words (frames, rows, columns, samples), and boxes."""
    syntax = draw(st.sampled_from(SYNTAXES))
    allocated = draw(st.sampled_from((8, 16, 32)))
    colour = draw(st.booleans())
    stored = allocated if colour else draw(st.integers(2, allocated))
    frames, samples = draw(st.integers(1, 3)), 3 if colour else 1
    photometric = "RGB" if colour else draw(st.sampled_from(("MONOCHROME1", "MONOCHROME2")))
    planar = draw(st.integers(0, 1))
    random = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    shape = (frames, ROWS, COLUMNS, samples)
    values = random.integers(0, 1 << stored, shape, np.uint32).astype(f"u{allocated // 8}")
    lying = values.transpose(0, 3, 1, 2) if planar and colour else values
    data = lying.astype(words(allocated, syntax == ExplicitVRBigEndian)).tobytes()
    if allocated == 8 and syntax == ExplicitVRBigEndian:
        data = np.frombuffer(data, "<u2").byteswap().tobytes()
    made = instance(1, Rows=ROWS, Columns=COLUMNS, PhotometricInterpretation=photometric)
    made.BitsAllocated, made.BitsStored, made.HighBit = allocated, stored, stored - 1
    made.SamplesPerPixel, made.NumberOfFrames = samples, frames
    made.PixelRepresentation = 0 if colour else draw(st.integers(0, 1))
    if colour:
        made.PlanarConfiguration = planar
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = data
    made["PixelData"].VR = "OW"
    boxes = draw(st.lists(_boxes(frames), min_size=1, max_size=3))
    return read(made), values, boxes


@st.composite
def _boxes(draw: st.DrawFn, frames: int) -> TextBox:
    left, top = draw(st.integers(0, COLUMNS - 1)), draw(st.integers(0, ROWS - 1))
    right, bottom = draw(st.integers(left + 1, COLUMNS)), draw(st.integers(top + 1, ROWS))
    frame = draw(st.one_of(st.none(), st.integers(0, frames - 1)))
    return TextBox(frame=frame, left=left, top=top, right=right, bottom=bottom)


def inside(boxes: list[TextBox], shape: tuple[int, ...]) -> np.ndarray:
    plane = np.zeros(shape[:3], bool)
    for box in boxes:
        plane[slice(None) if box.frame is None else box.frame, box.top : box.bottom, box.left : box.right] = (
            True
        )
    return plane


@given(originals())
def test_words_outside_a_box_keep_their_bits_and_those_inside_are_one(
    drawn: tuple[FileDataset, np.ndarray, list[TextBox]],
) -> None:
    original, values, boxes = drawn
    new = covered(Original.of(original), boxes)
    assert new is not None
    assert new.syntax == original.file_meta.TransferSyntaxUID
    assert len(new.data) == len(original.PixelData)
    plane = inside(boxes, values.shape)
    assert new.pixels == plane.sum()
    after = original
    after.PixelData = new.data
    after["PixelData"].VR = "OW"
    found = np.asarray(read(after).pixel_array).reshape(values.shape)
    found = found.astype(found.dtype.newbyteorder("=")).view(values.dtype)
    mask = values.dtype.type((1 << original.BitsStored) - 1)
    assert np.array_equal(found[~plane] & mask, values[~plane] & mask)
    assert len(np.unique(found[plane], axis=0)) == 1


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("photometric", COLOURS)
def test_black_in_colours(photometric: str, syntax: str) -> None:
    made = instance(1, PhotometricInterpretation=photometric, SamplesPerPixel=3, PlanarConfiguration=0)
    made.BitsAllocated, made.BitsStored, made.HighBit = 8, 8, 7
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = bytes(range(64)) * (2 if photometric == "YBR_FULL_422" else 3)
    made["PixelData"].VR = "OB"
    original = read(made)
    new = covered(Original.of(original), [TextBox(left=3, top=0, right=6, bottom=2)])
    assert new is not None
    before = original.pixel_array.copy() if photometric == "RGB" else raw(original)
    original.PixelData = new.data
    after = raw(original)
    start = 2 if photometric == "YBR_FULL_422" else 3
    assert (after[:2, start:6] == COLOURS[photometric]).all()
    after[:2, start:6] = before[:2, start:6]
    assert np.array_equal(after, before)


def raw(dataset: FileDataset) -> np.ndarray:
    return np.array(pydicom.pixels.pixel_array(dataset, raw=True))


def test_one_bit_pixels_across_bytes() -> None:
    random = np.random.default_rng(1)
    bits = random.integers(0, 2, (3, 5, 7), np.uint8)
    made = instance(1, Rows=5, Columns=7, NumberOfFrames=3, BitsAllocated=1, BitsStored=1, HighBit=0)
    made.PixelData = np.packbits(bits.ravel(), bitorder="little").tobytes()
    made["PixelData"].VR = "OB"
    original = read(made)
    new = covered(Original.of(original), [TextBox(frame=1, left=1, top=1, right=4, bottom=3)])
    assert new is not None
    bits[1, 1:3, 1:4] = 0
    assert np.array_equal(
        np.unpackbits(np.frombuffer(new.data, np.uint8), bitorder="little")[:105], bits.ravel()
    )


@pytest.mark.parametrize("name", SCANS)
def test_real_pixels_of_every_kind_pass_the_gate(scans: Path, tmp_path: Path, name: str) -> None:
    source = scans / name
    before = pydicom.dcmread(source)
    rows, columns = before.Rows, before.Columns
    box = TextBox(left=columns // 4 * 2 // 2, top=rows // 4, right=columns // 2, bottom=rows // 2)
    boxed, uid = one(source, tmp_path, [box])
    assert not boxed.record.set_aside
    after = boxed.released(uid)
    photometric, dark = SCANS[name]
    assert after.PhotometricInterpretation == photometric
    assert after.file_meta.TransferSyntaxUID not in (*LOSSY_METHODS, *JPEGTransferSyntaxes)
    lossy = before.file_meta.TransferSyntaxUID in LOSSY_METHODS
    assert after.get("LossyImageCompression") == ("01" if lossy else before.get("LossyImageCompression"))
    covered_ = pydicom.pixels.pixel_array(after, raw=True)
    last = (-1,) if after.SamplesPerPixel == 1 else (-1, 3)
    held = (
        covered_[..., box.top : box.bottom, box.left : box.right, :]
        if after.SamplesPerPixel > 1
        else (covered_[..., box.top : box.bottom, box.left : box.right])
    )
    unique = np.unique(held.reshape(last), axis=0)
    assert len(unique) == 1
    assert dark is None or np.atleast_1d(unique[0]).tolist() == dark
    _, found = boxed.verify()
    assert found.get(uid, {}).get("pixels") is None
    assert found.get(uid, {}).get("marks") is None


def test_a_palette_in_big_endian_keeps_its_words(scans: Path, tmp_path: Path) -> None:
    source = scans / "odd_pydicom" / "pydicom-data" / "gdcm-US-ALOKA-16_big.dcm"
    boxed, uid = one(source, tmp_path, [])
    before, after = pydicom.dcmread(source), boxed.released(uid)
    for colour in ("Red", "Green", "Blue"):
        keyword = f"Segmented{colour}PaletteColorLookupTableData"
        assert after[keyword].value == before[keyword].value


def test_an_instance_without_a_box_keeps_its_pixel_bytes_and_its_series_says_what_happened(
    tmp_path: Path,
) -> None:
    for number in (1, 2):
        save(instance(number), tmp_path / "input" / str(number))
    boxed = Boxed(tmp_path, {"1.2.3.1": {"00001": [HERE]}})
    first, second = boxed.released("1.2.3.1"), boxed.released("1.2.3.1", "00002")
    assert second.PixelData == np.full((8, 8), 2, "<u2").tobytes()
    assert [item.covered for item in boxed.record.series[boxed.names["1.2.3.1"]]] == [12, 0]
    for header in (first, second):
        assert header.ImageType == ["DERIVED", "PRIMARY"]
        assert header.BurnedInAnnotation == "NO"
        assert "Words in pixels covered" in header.DeidentificationMethod
        assert "113101" in [item.CodeValue for item in header.DeidentificationMethodCodeSequence]
    assert boxed.verify()[1] == {}


def test_unread_pixels_are_not_marked_as_read(tmp_path: Path) -> None:
    save(instance(1), tmp_path / "input" / "1")
    header = Boxed(tmp_path, {}, read=0).released("1.2.3.1")
    assert "BurnedInAnnotation" not in header
    assert "113101" not in [item.CodeValue for item in header.DeidentificationMethodCodeSequence]


def test_a_box_outside_the_image_is_not_overlooked() -> None:
    with pytest.raises(SetAside, match="does not lie in the image"):
        covered(Original.of(read(instance(1))), [TextBox(left=20, top=0, right=30, bottom=4)])
