"""Enhanced multi-frame instances: functional groups, stacks, dimensions."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pydicom
from matrix_heads import ENHANCED_CT, ENHANCED_PET, PARAMETRIC_MAP, XA, Row, Series, _all, enhanced_head, give
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence


def xa(scans: Path) -> Series:
    return [next(item for item in _all(scans / XA) if item.get("NumberOfFrames") == 96)]


def xa_asl(scans: Path) -> Series:
    return [item for item in _all(scans / XA) if item.get("SeriesDescription") == "asl_2d_tra"]


def xa_phase(scans: Path) -> Series:
    return [item for item in _all(scans / XA) if item.get("SeriesDescription") == "gre_field_mapping"]


def xa_colour(scans: Path) -> Series:
    return [item for item in _all(scans / XA) if item.get("SamplesPerPixel") == 3]


def own_groups(scans: Path) -> Series:
    """Everything in the per-frame groups."""
    item = _enhanced(scans, 3)
    shared = item.SharedFunctionalGroupsSequence[0]
    for group in item.PerFrameFunctionalGroupsSequence:
        for element in shared:
            if element.tag not in group:
                group.add(deepcopy(element))
    item.SharedFunctionalGroupsSequence = Sequence([Dataset()])
    return [item]


def shared_groups(scans: Path) -> Series:
    """Orientation, measures and rescale in the shared group."""
    item = _enhanced(scans)
    first = item.PerFrameFunctionalGroupsSequence[0]
    shared = item.SharedFunctionalGroupsSequence[0]
    for keyword in ("PlaneOrientationSequence", "PixelMeasuresSequence", "PixelValueTransformationSequence"):
        if keyword in first:
            shared[keyword] = deepcopy(first[keyword])
        for group in item.PerFrameFunctionalGroupsSequence:
            group.pop(keyword, None)
    return [item]


def slopes(scans: Path) -> Series:
    """Every frame with a rescale of its own, as Philips writes them."""
    (item,) = own_groups(scans)
    values = item.pixel_array.astype(float)
    stored = np.zeros(values.shape, "<u2")
    for at, group in enumerate(item.PerFrameFunctionalGroupsSequence):
        slope = round(max(values[at].max(), 1) / 4000 * (1 + at % 3), 7)
        transformation = Dataset()
        transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = (
            slope,
            0,
            "US",
        )
        group.PixelValueTransformationSequence = Sequence([transformation])
        stored[at] = np.clip(np.rint(values[at] / slope), 0, 4095)
    return [give(item, stored)]


def parametric_map(scans: Path) -> Series:
    """Float pixel data of the enhanced head, as Parametric Map Storage has them."""
    item = _enhanced(scans, 3)
    values = item.pixel_array.astype("<f4") / 3
    for keyword in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
        del item[keyword]
    item.SOPClassUID = item.file_meta.MediaStorageSOPClassUID = PARAMETRIC_MAP
    item.BitsAllocated, item.FloatPixelData = 32, values.tobytes()
    return [item]


def stacks(scans: Path) -> Series:
    """Two stacks: the second lies elsewhere."""
    item = _enhanced(scans)
    values = item.pixel_array
    groups = list(item.PerFrameFunctionalGroupsSequence)
    half = len(groups) // 2
    for at, group in enumerate(groups):
        content = group.FrameContentSequence[0]
        content.StackID = str(1 + at // half)
        content.InStackPositionNumber = 1 + at % half
        content.DimensionIndexValues = [1 + at // half, 1 + at % half]
        if at >= half:
            place = group.PlanePositionSequence[0]
            x, y, z = (float(value) for value in place.ImagePositionPatient)
            place.ImagePositionPatient = [x, y, z + 2]
    _dimensions(item, [(0x00209056, 0x00209111), (0x00209057, 0x00209111)])
    return [give(item, values)]


def times(scans: Path) -> Series:
    """Three times in one instance, time running fastest."""
    return [_repeated(_enhanced(scans, 3), 3, fastest=True)]


def times_slow(scans: Path) -> Series:
    """Three times in one instance, one volume after the other."""
    return [_repeated(_enhanced(scans, 3), 3, fastest=False)]


def small(name: str) -> Callable[[Path], Series]:
    """A real instance of ten frames, which somebody took its functional groups from: they are given back."""

    def make(scans: Path) -> Series:
        item = pydicom.dcmread(scans / "odd_pydicom/pydicom-data" / name)
        shared = Dataset()
        measures, orientation = Dataset(), Dataset()
        measures.PixelSpacing, measures.SliceThickness = [4, 4], 6
        measures.SpacingBetweenSlices = 6
        orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        shared.PixelMeasuresSequence = Sequence([measures])
        shared.PlaneOrientationSequence = Sequence([orientation])
        groups = []
        for at in range(10):
            place, content, group = Dataset(), Dataset(), Dataset()
            place.ImagePositionPatient = [-128, -128, 6 * at]
            content.StackID, content.InStackPositionNumber = "1", at + 1
            content.DimensionIndexValues = [1, at + 1]
            group.PlanePositionSequence = Sequence([place])
            group.FrameContentSequence = Sequence([content])
            groups.append(group)
        item.SharedFunctionalGroupsSequence = Sequence([shared])
        item.PerFrameFunctionalGroupsSequence = Sequence(groups)
        item.Manufacturer = item.get("Manufacturer") or "SIEMENS"
        item.FrameOfReferenceUID = f"{item.SeriesInstanceUID}.9"
        return [item]

    return make


def enhanced_ct(scans: Path) -> Series:
    item = _enhanced(scans)
    item.SOPClassUID = item.file_meta.MediaStorageSOPClassUID = ENHANCED_CT
    item.Modality = "CT"
    values = item.pixel_array.astype("<i2")
    _rescale(item, 1.0, -1024.0, "HU")
    _retyped(item, "CTImageFrameTypeSequence")
    return [give(item, values)]


def enhanced_pet(scans: Path) -> Series:
    (item,) = slopes(scans)
    item.SOPClassUID = item.file_meta.MediaStorageSOPClassUID = ENHANCED_PET
    item.Modality = "PT"
    _retyped(item, "PETFrameTypeSequence")
    return [item]


def vendor(name: str):
    """The enhanced head as of another vendor: standard elements alone."""

    def make(scans: Path) -> Series:
        item = _enhanced(scans)
        item.Manufacturer = name
        item.remove_private_tags()
        return [item]

    return make


def _enhanced(scans: Path, every: int = 1) -> FileDataset:
    item = deepcopy(enhanced_head(scans))
    if every > 1:
        values = item.pixel_array[::every]
        item.PerFrameFunctionalGroupsSequence = Sequence(list(item.PerFrameFunctionalGroupsSequence)[::every])
        item.NumberOfFrames = len(values)
        give(item, values)
        for group in [*item.PerFrameFunctionalGroupsSequence, *item.SharedFunctionalGroupsSequence]:
            for measures in group.get("PixelMeasuresSequence", []):
                measures.SpacingBetweenSlices = measures.SliceThickness = every * float(
                    measures.SliceThickness
                )
    item.SOPInstanceUID = item.file_meta.MediaStorageSOPInstanceUID = f"{item.SOPInstanceUID}.7"
    return item


def _repeated(item: FileDataset, count: int, fastest: bool) -> FileDataset:
    values = item.pixel_array
    groups = list(item.PerFrameFunctionalGroupsSequence)
    order = [(at, time) for at in range(len(groups)) for time in range(count)]
    order = order if fastest else sorted(order, key=lambda pair: pair[1])
    made, stored = [], []
    for at, time in order:
        group = deepcopy(groups[at])
        content = group.FrameContentSequence[0]
        content.TemporalPositionIndex, content.InStackPositionNumber = time + 1, at + 1
        content.DimensionIndexValues = [1, at + 1, time + 1]
        content.FrameAcquisitionDateTime = f"202207111208{time * 2:02d}.000000"
        made.append(group)
        noise = np.random.default_rng(at * 7 + time).integers(0, 9, values[at].shape)
        stored.append((values[at] // 2 + noise).astype("<u2"))
    item.PerFrameFunctionalGroupsSequence = Sequence(made)
    item.NumberOfFrames = len(made)
    _dimensions(item, [(0x00209056, 0x00209111), (0x00209057, 0x00209111), (0x00209128, 0x00209111)])
    return give(item, np.stack(stored))


def _dimensions(item: Dataset, pointers: list[tuple[int, int]]) -> None:
    uid = item.DimensionOrganizationSequence[0].DimensionOrganizationUID
    made = []
    for pointer, group in pointers:
        index = Dataset()
        index.DimensionOrganizationUID = uid
        index.DimensionIndexPointer, index.FunctionalGroupPointer = pointer, group
        made.append(index)
    item.DimensionIndexSequence = Sequence(made)


def _rescale(item: Dataset, slope: float, intercept: float, kind: str) -> None:
    for group in item.PerFrameFunctionalGroupsSequence:
        group.pop("PixelValueTransformationSequence", None)
    transformation = Dataset()
    transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = (
        slope,
        intercept,
        kind,
    )
    item.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence = Sequence([transformation])


def _retyped(item: Dataset, keyword: str) -> None:
    for group in [*item.PerFrameFunctionalGroupsSequence, *item.SharedFunctionalGroupsSequence]:
        if "MRImageFrameTypeSequence" in group:
            kinds = group.MRImageFrameTypeSequence
            del group.MRImageFrameTypeSequence
            setattr(group, keyword, kinds)


ROWS = [
    Row("enhanced MR (Siemens XA30)", xa, real=True),
    Row("enhanced ASL, an instance a time (Siemens XA30)", xa_asl, real=True),
    Row("enhanced phase (Siemens XA30)", xa_phase, real=True),
    Row("enhanced colour FA, RGB (Siemens XA30)", xa_colour, real=True),
    Row("enhanced MR of ten frames", small("emri_small.dcm"), real=True),
    Row("enhanced, all in per-frame groups", own_groups),
    Row("enhanced, all in the shared group", shared_groups),
    Row("enhanced, a slope a frame", slopes),
    Row("parametric map, float", parametric_map),
    Row("enhanced, two stacks", stacks),
    Row("enhanced, three times, interleaved", times),
    Row("enhanced, three times, one after the other", times_slow),
    Row("enhanced CT", enhanced_ct),
    Row("enhanced PET, a slope a frame", enhanced_pet),
    *[
        Row(f"enhanced, {name}", vendor(name))
        for name in ("Philips", "GE MEDICAL SYSTEMS", "Canon", "Hyperfine")
    ],
]
