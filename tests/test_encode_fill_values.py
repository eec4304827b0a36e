"""Values of a filled face go through each frame's rescale into its own bits; every other word stays."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.encode.covering import covered
from cleanroom.encode.frames import Frame
from cleanroom.encode.proof import Proof
from cleanroom.errors import SetAside
from cleanroom.pixeldata.frames import Frames
from cleanroom.pixeldata.original import Original
from cleanroom.records import FaceMask, SeriesFace, Volume
from cleanroom.verify import masks
from cleanroom.verify.placement import Frame as Placed

SHAPE = (3, 5, 4)


def frame(slope: float = 1.0, intercept: float = 0.0, level: int = 0) -> Frame:
    """A frame on the axes of the patient, 1 mm pixels: columns to the right, rows to the front."""
    place = np.zeros((4, 3))
    place[0, 0] = place[1, 1] = place[3, 2] = 1
    place[2, 2] = level
    return Frame(place, np.array([0.0, 0.0, 1.0]), slope, intercept)


class Planned:
    """A face that a test draws: real values, NaN where pixels stay, and the slope of each frame."""

    def __init__(self, real: np.ndarray, slopes: list[float]) -> None:
        self._real, self._slopes = real, slopes

    def prove(self, at: int, _: np.ndarray) -> int:
        return int(self.plane(at).sum())

    def plane(self, at: int) -> np.ndarray:
        return ~np.isnan(self._real[at])

    def real(self, at: int) -> tuple[np.ndarray, float, float]:
        return self._real[at][self.plane(at)], self._slopes[at], -30.0


def instance(words: np.ndarray, stored: int, signed: bool, shift: int) -> FileDataset:
    """An instance with three frames of these words."""
    dataset = FileDataset("", Dataset(), file_meta=FileMetaDataset())
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.set_original_encoding(False, True)
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = SHAPE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = words.dtype.itemsize * 8
    dataset.BitsStored, dataset.HighBit = stored, stored - 1 + shift
    dataset.PixelRepresentation = int(signed)
    dataset.PixelData = words.tobytes()
    return dataset


@st.composite
def instances(draw: st.DrawFn) -> tuple[FileDataset, np.ndarray]:
    """Words of every depth and sign, nothing beside the stored value; and the words."""
    allocated = draw(st.sampled_from([8, 16, 32]))
    stored = draw(st.integers(2, allocated))
    shift = draw(st.integers(0, allocated - stored))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    values = random.integers(0, 1 << stored, SHAPE, np.uint64)
    signed = draw(st.booleans())
    if signed and not shift:
        full = (1 << allocated) - 1
        values = np.where(values >> (stored - 1), values | (full & ~((1 << stored) - 1)), values)
    words = (values << np.uint64(shift)).astype(f"<u{allocated // 8}")
    return instance(words, stored, signed, shift), words


@given(instances(), st.lists(st.floats(0.01, 40), min_size=3, max_size=3), st.integers(0, 1000))
def test_each_pixel_of_a_face_holds_its_value_and_the_others_their_words(
    drawn: tuple[FileDataset, np.ndarray], slopes: list[float], seed: int
) -> None:
    dataset, words = drawn
    random = np.random.default_rng(seed)
    inside = random.random(SHAPE) < 0.4
    inside[0, 0, 0] = True
    real = np.where(inside, random.normal(0, 3000, SHAPE), np.nan)
    done = covered(Original.of(dataset), [], Planned(real, slopes))
    assert done is not None
    assert done.pixels == inside.sum()
    after = np.frombuffer(done.data[: words.nbytes], words.dtype).reshape(SHAPE)
    assert np.array_equal(after[~inside], words[~inside])
    dataset.PixelData = done.data
    after_all = Frames(Original.of(dataset))
    layout = after_all.layout
    held = np.concatenate([layout.values(pixels.words) for pixels in after_all])[..., 0].astype(np.int64)
    bits = dataset.BitsStored
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if layout.signed else (0, (1 << bits) - 1)
    slope = np.array(slopes)[:, None, None] * np.ones(SHAPE)
    wanted = np.clip((real + 30.0) / slope, low, high)
    assert np.abs(held - wanted)[inside].max() <= 0.5 + 1e-6


def four_dimensional(tmp_path: Path, values: np.ndarray) -> tuple[Volume, SeriesFace, np.ndarray]:
    """A volume of two time points in a work folder, with a mask and its values."""
    data = np.random.default_rng(2).integers(0, 900, (4, 5, 3, 2)).astype(np.int16)
    inside = np.zeros((4, 5, 3), np.uint8)
    inside[1:3, 2:, 1:] = 1
    for name, array in (("v", data), ("m", inside), ("r", values)):
        nibabel.Nifti1Image(array, np.eye(4)).to_filename(tmp_path / f"{name}.nii.gz")
    volume = Volume(file="v.nii.gz", shape=list(data.shape), affine=np.eye(4).tolist())
    mask = FaceMask(volume="v.nii.gz", mask="m.nii.gz", voxels=12, values="r.nii.gz")
    return volume, SeriesFace(decision="face", mode="noise", masks=[mask]), data


def test_a_slice_takes_the_values_of_its_own_time_point_and_the_gate_agrees(tmp_path: Path) -> None:
    values = np.random.default_rng(5).normal(0, 500, (4, 5, 3, 2)).astype(np.float32)
    volume, face, data = four_dimensional(tmp_path, values)
    proof = Proof(tmp_path, [volume], face)
    (gate,) = masks.load(tmp_path, [volume], face)
    for time in range(2):
        for level in range(3):
            spot = proof.locate(frame(level=level), data[:, :, level, time].T)
            inside = proof.inside(spot)
            assert inside.sum() == (6 if level else 0)
            real = np.full(inside.shape, np.nan)
            real[inside] = proof.real(spot)
            assert np.array_equal(real[inside], values[:, :, level, time].T[inside])
            place = Placed(np.array([0.0, 0, level]), np.eye(3)[0], np.eye(3)[1], 1.0, 0.0)
            low, high = list(gate.held(place, (5, 4), 0.0))[time]
            assert np.array_equal(low[inside], real[inside])
            assert np.array_equal(high[inside], real[inside])
            assert (low > high)[~inside].all()


def test_values_for_fewer_time_points_than_there_are_are_refused(tmp_path: Path) -> None:
    volume, face, data = four_dimensional(tmp_path, np.zeros((4, 5, 3), np.float32))
    with pytest.raises(SetAside, match="every time point"):
        Proof(tmp_path, [volume], face).locate(frame(level=1), data[:, :, 1, 1].T)
    with pytest.raises(SetAside, match="grid of its volume"):
        masks.load(tmp_path, [volume], face)
