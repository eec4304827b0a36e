"""Diffusion series of three vendors, made from real scans without diffusion, cleaned and converted."""

import struct
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from private_cleaning import Walk, clean_folder, converted, differences, instances
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from cleanroom.clean.private.csa import Field, read_csa, write_csa

DIRECTIONS = [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (0.6, 0.8, 0)]
SIDES = ("before", "after")
TRIO, FRUIT, MPRAGE = (
    "mr_siemens_trio_t1_t2_face",
    "mr_ge_fruit_deidentified_headers",
    "mr_philips_mprage_face",
)


def _siemens(slice_: Dataset, volume: int) -> None:
    values = {"B_value": (b"1000" if volume else b"0",)}
    if volume:
        values["DiffusionGradientDirection"] = tuple(str(x).encode() for x in DIRECTIONS[volume])
        values["DiffusionDirectionality"] = (b"DIRECTIONAL",)
    slice_.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE", "ND", "MOSAIC"]
    slice_.AcquisitionTime = f"1200{volume:02}"
    slice_.SequenceName = f"*ep_b1000#{volume}" if volume else "*ep_b0"
    header = slice_[0x00291010]
    header.value = write_csa(_with(field, values) for field in read_csa(header.value))


def _with(field: Field, values: dict[str, tuple[bytes, ...]]) -> Field:
    items = values.get(field.name)
    return replace(field, items=items + (b"",) * (6 - len(items))) if items else field


def _ge(slice_: Dataset, volume: int) -> None:
    slice_.ScanningSequence = "EP"
    slice_[0x0019109C].value, slice_[0x0019109E].value = "epi2", "EPI2"
    slice_[0x00431039].value = [1000001000 if volume else 0, 8, 0, 0]
    for tag, part in zip((0x001910BB, 0x001910BC, 0x001910BD), DIRECTIONS[volume], strict=True):
        slice_[tag].value = str(part)
    data = bytearray(slice_[0x0043102A].value)
    struct.pack_into("<H", data, 1544 + 0x3A, 0x8FF)  # EPI
    struct.pack_into("<H", data, 1544 + 0x394, 2)  # from bottom to top: the polarity is flipped
    slice_[0x0043102A].value = bytes(data)


def _philips(slice_: Dataset, volume: int) -> None:
    for tag in (0x00189075, 0x00189087, 0x00189089):
        slice_.pop(tag, None)
    slice_.ScanningSequence, slice_.AcquisitionContrast = "SE", "DIFFUSION"
    slice_.ImageType = ["ORIGINAL", "PRIMARY", "M_SE", "M", "SE"]
    slice_[0x20011003].value, slice_[0x20011004].value = (1000.0, "O") if volume else (0.0, "")
    slice_[0x20011018].value = 4
    slice_[0x20051412].value, slice_[0x20051413].value = (2, volume) if volume else (1, 1)
    for tag, part in zip((0x200510B0, 0x200510B1, 0x200510B2), DIRECTIONS[volume], strict=True):
        slice_[tag].value = float(part)


def _series(slices: list[Path], target: Path, change: Callable[[Dataset, int], None]) -> None:
    """Five volumes of these slices."""
    target.mkdir()
    for volume in range(len(DIRECTIONS)):
        for number, path in enumerate(slices, start=volume * len(slices) + 1):
            slice_ = dcmread(path)
            change(slice_, volume)
            slice_.InstanceNumber, slice_.AcquisitionNumber = number, volume + 1
            slice_.TemporalPositionIdentifier = volume + 1
            slice_.SOPInstanceUID = generate_uid(entropy_srcs=[str(number)])
            slice_.save_as(target / f"{number:03}.dcm")


@pytest.mark.parametrize(
    ("name", "slices", "shape", "change"),
    [
        (TRIO, 1, (64, 64, 12, 5), _siemens),
        (FRUIT, 4, (256, 256, 4, 5), _ge),
        (MPRAGE, 4, (256, 256, 4, 5), _philips),
    ],
)
def test_b_values_directions_and_sidecar_stay(
    *,
    name: str,
    slices: int,
    shape: tuple[int, ...],
    change: Callable[[Dataset, int], None],
    scans: Path,
    tmp_path: Path,
) -> None:
    images = (path for path, dataset in instances(scans / name) if name != TRIO or _is_mosaic(dataset))
    _series(list(islice(images, slices)), tmp_path / "original", change)
    clean_folder(tmp_path / "original", tmp_path / "clean", Walk())

    before = converted(tmp_path / "original", tmp_path / "before")
    after = converted(tmp_path / "clean", tmp_path / "after")

    assert [image.shape for image, _ in before.values()] == [shape]
    assert [differences(before[series][0], after[series][0]) for series in before] == [[]]
    assert [sidecar for _, sidecar in before.values()] == [sidecar for _, sidecar in after.values()]
    tables = [{path.suffix: path.read_text() for path in (tmp_path / side).glob("*.bv*")} for side in SIDES]
    assert tables[0] == tables[1]
    assert tables[0][".bval"].split() == ["0", *["1000"] * 4]


def _is_mosaic(dataset: Dataset) -> bool:
    return "MOSAIC" in dataset.ImageType
