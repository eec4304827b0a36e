"""One small series for every encoding: real where the data sets have it, else made of a real head."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

Series = list[FileDataset]
HEAD = "mr_philips_mprage_face/dicom"
CT = "ct_siemens_phantom_face_rtstruct/dicom/ct"
XA = "mr_siemens_xa30_enhanced_face/dicom"
TRIO = "mr_siemens_trio_t1_t2_face/dicom"
PET_STORAGE, ENHANCED_CT, ENHANCED_PET, ENHANCED_MR = (
    f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("128", "2.1", "130", "4.1")
)


PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.30"


@dataclass(frozen=True)
class Row:
    """One row of the matrix."""

    name: str
    make: Callable[[Path], Series]
    real: bool = False
    """The pixels' encoding is a scanner's own; else it was made of a real head."""


@cache
def head(scans: Path) -> tuple[Dataset, ...]:
    """A real sagittal MR head (Philips, 1 mm), thinned to 22 slices of 64 x 64."""
    found = sorted(_all(scans / HEAD), key=lambda item: float(item.ImagePositionPatient[0]))
    return tuple(_thinned(item, 4, 8) for item in found[::8])


@cache
def ct_head(scans: Path) -> tuple[Dataset, ...]:
    """A real CT (Siemens, head phantom), every ninth slice, eighth row and column: 24 of 64 x 64."""
    found = sorted(_all(scans / CT), key=lambda item: float(item.ImagePositionPatient[2]))
    return tuple(_thinned(item, 8, 9) for item in found[::9])


@cache
def enhanced_head(scans: Path) -> FileDataset:
    """A real enhanced MR head (Siemens XA30, 2 mm), every second frame, row and column."""
    found = next(item for item in _all(scans / XA) if item.get("NumberOfFrames") == 96)
    values = found.pixel_array[::2, ::2, ::2]
    found.PerFrameFunctionalGroupsSequence = Sequence(list(found.PerFrameFunctionalGroupsSequence)[::2])
    for group in [*found.PerFrameFunctionalGroupsSequence, *found.SharedFunctionalGroupsSequence]:
        for measures in group.get("PixelMeasuresSequence", []):
            measures.PixelSpacing = [2 * float(value) for value in measures.PixelSpacing]
            measures.SliceThickness = 2 * float(measures.SliceThickness)
            measures.SpacingBetweenSlices = 2 * float(measures.get("SpacingBetweenSlices", 2))
    for number, group in enumerate(found.PerFrameFunctionalGroupsSequence, 1):
        content = group.FrameContentSequence[0]
        content.InStackPositionNumber = number
        content.DimensionIndexValues = [*list(content.DimensionIndexValues)[:-1], number]
    found.NumberOfFrames = len(values)
    return give(found, values)


def give(item: Dataset, values: NDArray[np.generic]) -> FileDataset:
    """An instance with other stored values, uncompressed."""
    item.Rows, item.Columns = values.shape[1:3] if values.ndim > 2 else values.shape
    item.PixelData = np.ascontiguousarray(values).tobytes()
    item["PixelData"].VR = "OW" if values.itemsize > 1 else "OB"
    item.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return item


def copies(items: tuple[Dataset, ...]) -> Series:
    """Instances to be changed, with UIDs of their own."""
    return [deepcopy(item) for item in items]


def numbered(series: Series, uid: str = "") -> Series:
    """Instances as one series: SOP Instance UIDs and instance numbers in their order."""
    uid = uid or f"{series[0].SeriesInstanceUID}.7"
    for number, item in enumerate(series, 1):
        item.SeriesInstanceUID, item.InstanceNumber = uid, number
        item.SOPInstanceUID = item.file_meta.MediaStorageSOPInstanceUID = f"{uid}.{number}"
    return series


def write(series: Series, folder: Path) -> None:
    """Write the files of a row: those of a scanner byte for byte."""
    folder.mkdir(parents=True)
    for number, item in enumerate(series):
        path = folder / f"{number:03d}.dcm"
        for tag in [element.tag for element in item if element.tag < 0x00020000]:
            del item[tag]
        big = item.file_meta.TransferSyntaxUID == ExplicitVRBigEndian
        implicit = item.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
        pydicom.dcmwrite(path, item, implicit_vr=implicit, little_endian=not big, enforce_file_format=True)


def _all(folder: Path) -> list[FileDataset]:
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            found.append(pydicom.dcmread(path))
        except (OSError, pydicom.errors.InvalidDicomError):
            continue
    return found


def _thinned(item: Dataset, every: int, slices: int) -> Dataset:
    give(item, item.pixel_array[::every, ::every])
    item.PixelSpacing = [every * float(value) for value in item.PixelSpacing]
    item.SliceThickness = slices * float(item.SliceThickness)
    if "SpacingBetweenSlices" in item:
        item.SpacingBetweenSlices = slices * float(item.SpacingBetweenSlices)
    return item
