"""A face that other values took the place of: the gate looks for each of them, and for the person."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from judged import Judged


def soft(data: np.ndarray) -> np.ndarray:
    """Random soft tissue."""
    return np.random.default_rng(7).uniform(20, 60, data.shape)


@pytest.fixture(scope="module")
def base(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Some slices of a CT head whose face is noise."""
    ct = sorted((scans / "ct_siemens_phantom_face_rtstruct" / "dicom" / "ct").glob("*.dcm"))[100:108]
    judged = Judged(tmp_path_factory.mktemp("base"), [ct], frozenset({0}))
    judged.refill(0, "noise", soft)
    return judged


def test_a_face_of_noise_passes(base: Judged, tmp_path: Path) -> None:
    record, found = base.copied(tmp_path).verify()
    assert found == {}
    assert list(record.passed) == base.series


@pytest.mark.parametrize("off", [2, -40])
def test_one_pixel_of_a_face_that_is_not_what_was_written_down(
    base: Judged, tmp_path: Path, off: int
) -> None:
    judged = base.copied(tmp_path)

    def spoil(dataset: pydicom.Dataset) -> None:
        original = pydicom.dcmread(judged.config.input / "0/3").pixel_array
        pixels = dataset.pixel_array.copy()
        row, column = np.argwhere(pixels != original)[0]
        pixels[row, column] = int(pixels[row, column]) + off
        dataset.PixelData = pixels.tobytes()

    judged.change(0, 3, spoil)
    _, found = judged.verify()
    assert "do not hold the fill (1 of 8 instances, first 00003)" in found[0]["pixels"]


def test_the_values_of_another_slice(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    other = pydicom.dcmread(judged.file(0, 4)).pixel_array

    def spoil(dataset: pydicom.Dataset) -> None:
        original = pydicom.dcmread(judged.config.input / "0/3").pixel_array
        pixels = dataset.pixel_array.copy()
        changed = pixels != original
        pixels[changed] = other[changed]
        dataset.PixelData = pixels.tobytes()

    judged.change(0, 3, spoil)
    _, found = judged.verify()
    assert "do not hold the fill" in found[0]["pixels"]


def test_a_mode_without_its_values(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    for mask in judged.faces.series[judged.series[0]].masks:
        mask.values = ""
    judged.save()
    _, found = judged.verify()
    assert "no values are there that mode noise puts in place of the face" in found[0]["face"]


def test_a_fill_that_leaves_the_persons_skin_is_set_aside(scans: Path, tmp_path: Path) -> None:
    head = sorted((scans / "mr_ge_signa_pd_2d_face").rglob("*.dcm"))
    judged = Judged(tmp_path, [head], frozenset({0}))
    judged.refill(0, "blur", lambda data: np.round(data * 0.9))
    record, found = judged.verify()
    assert "the skin that mode blur made is still the person's" in found[0]["face"]
    assert record.passed == {}
    assert "choose a tool for this series under `faces.rules`" in record.set_aside[0].fix
