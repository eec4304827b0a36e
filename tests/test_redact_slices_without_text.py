"""Anatomy is not taken for text: no box on three hundred slices of real scans without any."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from cleanroom.reading.display import frames
from cleanroom.reading.goes import chooser
from cleanroom.redact.shown import Shown

SLICES = {
    "ct_ge_hispeed_head_tilt": 28,
    "ct_siemens_phantom_face_rtstruct": 100,
    "mr_ge_signa_pd_2d_face": 20,
    "mr_philips_mprage_face": 62,
    "mr_siemens_trio_t1_t2_face": 90,
}
"""Scans and how many of their slices are read, evenly spread."""


def slices(folder: Path, most: int) -> list[Path]:
    """Some of the CT and MR slices of a scan."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True)
        except InvalidDicomError:
            continue
        if header.get("Modality") in ("CT", "MR") and "Rows" in header:
            found.append(path)
    return [found[at] for at in np.linspace(0, len(found) - 1, most).round().astype(int)]


def test_there_are_three_hundred() -> None:
    assert sum(SLICES.values()) == 300


@pytest.mark.long
@pytest.mark.parametrize("scan", SLICES)
def test_no_box(scans: Path, scan: str) -> None:
    shown = Shown(chooser("all", frozenset()))
    paths = slices(scans / scan, SLICES[scan])
    assert len(set(paths)) == SLICES[scan]
    for path in paths:
        dataset = pydicom.dcmread(path)
        for values in frames(dataset):
            assert not shown.frame(values, dataset), path.name
