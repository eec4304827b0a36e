"""Deflated objects go the whole way and stay deflated: pixels as they were, words covered, header cleaned."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from exports import save, ultrasound
from lettering import lettered
from line import run_line
from numpy.typing import NDArray
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cleanroom.config import Config

CT = "CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm"
SHAPE = (120, 300)


def deflated(number: int, pixels: NDArray[np.generic]) -> pydicom.Dataset:
    """One deflated frame, in a series of its own."""
    made = ultrasound(number, pixels)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return made


@pytest.fixture(scope="module")
def ground() -> NDArray[np.uint8]:
    """A frame without words."""
    return np.full(SHAPE, 60, np.uint8)


@pytest.fixture(scope="module")
def run(ground: NDArray[np.uint8], scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A plain frame, one with a name, and a real CT slice, through the whole line."""
    folder = tmp_path_factory.mktemp("deflated")
    named, _ = lettered(ground, "latin", 16, 255)
    save(deflated(1, ground), folder / "input" / "plain.dcm")
    save(deflated(2, named), folder / "input" / "named.dcm")
    shutil.copy(scans / "odd_cornerstone_codecs" / "testImages" / CT, folder / "input" / "ct.dcm")
    rules = [{"tool": "none", "reason": "a phantom"}]
    return run_line(folder / "input", folder, faces={"rules": rules})


def released(run: Config, name: str) -> pydicom.FileDataset:
    """What was released of an input file."""
    with (run.private / "inventory.tsv").open() as file:
        (row,) = (row for row in csv.DictReader(file, dialect="excel-tab") if row["path"] == name)
    assert row["verdict"] == "released", row["reason"]
    return pydicom.dcmread(run.output / row["released_as"])


@pytest.mark.parametrize("name", ["plain.dcm", "named.dcm", "ct.dcm"])
def test_it_is_released_deflated_and_cleaned(run: Config, name: str) -> None:
    after = released(run, name)
    before = pydicom.dcmread(run.input / name)
    assert after.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    assert after.PatientName != before.PatientName
    assert after.SOPInstanceUID != before.SOPInstanceUID


@pytest.mark.parametrize("name", ["plain.dcm", "ct.dcm"])
def test_pixels_without_words_are_as_they_were(run: Config, name: str) -> None:
    assert released(run, name).PixelData == pydicom.dcmread(run.input / name).PixelData


def test_a_name_in_its_pixels_is_covered(run: Config, ground: NDArray[np.uint8]) -> None:
    after = released(run, "named.dcm").pixel_array
    _, letters = lettered(ground, "latin", 16, 255)
    assert (after[letters] == ground.min()).all()
    assert np.array_equal(after[60:], ground[60:])
