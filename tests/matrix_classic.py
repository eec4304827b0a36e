"""Single-frame series: geometry, order and scaling."""

from copy import deepcopy
from pathlib import Path

import numpy as np
from matrix_heads import PET_STORAGE, TRIO, Row, Series, _all, copies, ct_head, give, head, numbered
from pydicom.dataset import Dataset

VALUE_SCALE = 0x2005100E
"""Philips' own scale slope."""


def classic(scans: Path) -> Series:
    return numbered(copies(head(scans)))


def ct(scans: Path) -> Series:
    return numbered(copies(ct_head(scans)))


def turned(scans: Path, axes: tuple[int, int, int], degrees: float = 0.0, every: int = 1) -> Series:
    """The head cut along other axes: what was (slice, row, column) is taken in the order of ``axes``."""
    whole = copies(head(scans))
    values = np.stack([item.pixel_array for item in whole])
    first = np.array(whole[0].ImagePositionPatient, float)
    along = np.array(whole[-1].ImagePositionPatient, float) - first
    row, column = np.array(whole[0].ImageOrientationPatient, float).reshape(2, 3)
    spacing = float(whole[0].PixelSpacing[0])
    steps = np.stack([along / (len(whole) - 1), column * spacing, row * spacing])[list(axes)]
    values = values.transpose(axes)
    if degrees:
        turn = np.deg2rad(degrees)
        nod = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
        steps = steps @ nod.T
    made = []
    for number, plane in list(enumerate(values))[::every]:
        item = give(deepcopy(whole[0]), plane)
        size = np.linalg.norm(steps, axis=1)
        item.ImagePositionPatient = [round(float(value), 5) for value in first + number * steps[0]]
        directions = np.concatenate([steps[2] / size[2], steps[1] / size[1]])
        item.ImageOrientationPatient = [round(float(value), 7) for value in directions]
        item.PixelSpacing = [float(size[1]), float(size[2])]
        item.SliceThickness = item.SpacingBetweenSlices = float(size[0]) * every
        made.append(item)
    return numbered(made)


def axial(scans: Path, every: int = 1) -> Series:
    return turned(scans, (1, 2, 0), every=every)


def coronal(scans: Path) -> Series:
    return turned(scans, (2, 1, 0), every=4)


def oblique(scans: Path) -> Series:
    return turned(scans, (1, 2, 0), degrees=17, every=4)


def missing(scans: Path) -> Series:
    series = classic(scans)
    return numbered([item for at, item in enumerate(series) if at not in (7, 8, 15)])


def uneven(scans: Path) -> Series:
    series = ct(scans)
    for at, item in enumerate(series):
        item.ImagePositionPatient = [
            *item.ImagePositionPatient[:2],
            float(item.ImagePositionPatient[2]) + max(0, at - 12) * 2.5,
        ]
    return series


def tilted(scans: Path, degrees: float = -12) -> Series:
    series = ct(scans)
    angle = np.deg2rad(degrees)
    down = [0, round(float(np.cos(angle)), 6), round(float(np.sin(angle)), 6)]
    for item in series:
        item.ImageOrientationPatient = [1, 0, 0, *down]
        item.GantryDetectorTilt = degrees
    return series


def tilted_back(scans: Path) -> Series:
    """dcm2niix puts what it straightens of such a series some slices off."""
    return tilted(scans, 12)


def slopes(scans: Path) -> Series:
    """PET: every slice with a slope of its own."""
    made = ct(scans)
    random = np.random.default_rng(4)
    for item in made:
        real = np.clip(item.pixel_array.astype(float) - 200, 0, None)
        slope = round(float(max(real.max(), 1) / 30000 * random.uniform(1, 2)), 8)
        give(item, np.rint(real / slope).astype("<i2"))
        item.SOPClassUID = item.file_meta.MediaStorageSOPClassUID = PET_STORAGE
        item.Modality, item.Units, item.CountsSource = "PT", "BQML", "EMISSION"
        item.BitsStored, item.HighBit, item.PixelRepresentation = 16, 15, 1
        item.RescaleSlope, item.RescaleIntercept = slope, 0
        item.SeriesType, item.DecayCorrection = ["WHOLE BODY", "IMAGE"], "NONE"
        item.NumberOfSlices = len(made)
    return made


def dynamic_pet(scans: Path) -> Series:
    series = slopes(scans)[::4]
    made = []
    for time in range(3):
        for item in deepcopy(series):
            item.RescaleSlope = round(float(item.RescaleSlope) * (1 + time / 3), 8)
            item.SeriesType = ["DYNAMIC", "IMAGE"]
            item.NumberOfTimeSlices, item.FrameReferenceTime = 3, time * 60000
            item.ActualFrameDuration, item.AcquisitionTime = 60000, f"10{time:02d}00"
            item.AcquisitionNumber, item.NumberOfSlices = time + 1, len(series)
            item.ImageIndex = len(made) + 1
            made.append(item)
    return numbered(made)


def times(scans: Path) -> Series:
    """fMRI as single slices: four times, slice after slice, volume after volume."""
    made = []
    for time in range(4):
        for item in axial(scans, 16):
            noise = np.random.default_rng(time).integers(0, 30, (item.Rows, item.Columns)).astype("<u2")
            give(item, item.pixel_array // 2 + noise)
            item.AcquisitionNumber = item.TemporalPositionIdentifier = time + 1
            item.NumberOfTemporalPositions = 4
            item.AcquisitionTime = f"1000{2 * time:02d}"
            item.ImageType = ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"]
            made.append(item)
    return numbered(made)


def echoes(scans: Path) -> Series:
    made = []
    for echo in range(3):
        for item in axial(scans, 16):
            give(item, item.pixel_array // (echo + 1))
            item.EchoNumbers, item.EchoTime = echo + 1, 4.6 * (echo + 1)
            made.append(item)
    return numbered(made)


def parts(scans: Path) -> Series:
    """Magnitude, phase, real and imaginary in one series."""
    made = []
    for kind, name in (("M", "M_FFE"), ("P", "PHASE MAP"), ("R", "R_FFE"), ("I", "I_FFE")):
        for at, item in enumerate(axial(scans, 16)):
            values = item.pixel_array
            if kind != "M":
                values = np.random.default_rng(at + ord(kind)).integers(0, 4095, values.shape).astype("<u2")
            give(item, values)
            item.ImageType = ["ORIGINAL", "PRIMARY", name, kind, "FFE"]
            item.add_new(0x20051011, "CS", kind)
            item.ComplexImageComponent = {"M": "MAGNITUDE", "P": "PHASE", "R": "REAL", "I": "IMAGINARY"}[kind]
            made.append(item)
    return numbered(made)


def localizers(scans: Path) -> Series:
    """Three planes in one series."""
    made = []
    for plane in (axial(scans)[6::12], coronal(scans)[2::4], classic(scans)[10::8]):
        made += [_wide(item) for item in plane]
    return numbered(made)


def two_volumes(scans: Path) -> Series:
    """Two stacks side by side in one series: other places, the same orientation."""
    first = axial(scans, 8)
    second = axial(scans, 8)
    for item in second:
        item.ImagePositionPatient = [float(item.ImagePositionPatient[0]) + 3, *item.ImagePositionPatient[1:]]
        item.AcquisitionNumber = 2
    return numbered(first + second)


def philips_scaling(scans: Path) -> Series:
    """Rescale slope 3.5, and the scanner's own scale slope in the private element."""
    made = classic(scans)
    for item in made:
        item.RescaleSlope, item.RescaleIntercept = "3.57142857142857", "0"
        item[VALUE_SCALE].value = 0.0123
    return made


def mosaic(scans: Path) -> Series:
    return numbered([item for item in _all(scans / TRIO) if item.SeriesDescription == "Perfusion_Weighted"])


def mosaic_times(scans: Path) -> Series:
    """A real mosaic three times, with other values."""
    (one,) = mosaic(scans)
    made = []
    for time in range(3):
        item = deepcopy(one)
        noise = np.random.default_rng(time).integers(0, 9, (item.Rows, item.Columns)).astype("<u2")
        give(item, np.where(item.pixel_array > 0, item.pixel_array + noise, 0).astype("<u2"))
        item.AcquisitionNumber, item.AcquisitionTime = time + 1, f"1000{3 * time:02d}"
        made.append(item)
    return numbered(made)


def ge(scans: Path) -> Series:
    return _all(scans / "mr_ge_signa_pd_2d_face/dicom")


def ge_tilt(scans: Path) -> Series:
    return _all(scans / "ct_ge_hispeed_head_tilt/dicom")


def _wide(item: Dataset) -> Dataset:
    """64 x 64 whatever the plane."""
    values = item.pixel_array
    wide = np.zeros((64, 64), values.dtype)
    wide[: values.shape[0], : values.shape[1]] = values[:64, :64]
    return give(item, wide)


ROWS = [
    Row("MR, sagittal (Philips)", classic, real=True),
    Row("MR, 2D with gaps (GE)", ge, real=True),
    Row("CT (Siemens)", ct, real=True),
    Row("CT, gantry tilt, uneven (GE)", ge_tilt, real=True),
    Row("axial", lambda scans: axial(scans, 4)),
    Row("coronal", coronal),
    Row("oblique", oblique),
    Row("missing slices", missing),
    Row("uneven spacing", uneven),
    Row("gantry tilt", tilted),
    Row("gantry tilt, the other way", tilted_back),
    Row("three planes in one series", localizers),
    Row("two volumes in one series", two_volumes),
    Row("mosaic (Siemens)", mosaic, real=True),
    Row("mosaics, three times (Siemens)", mosaic_times),
    Row("Philips' own scaling", philips_scaling),
    Row("PET, a slope a slice", slopes),
    Row("dynamic PET, a slope a slice", dynamic_pet),
    Row("fMRI, four times", times),
    Row("three echoes in one series", echoes),
    Row("magnitude, phase, real, imaginary", parts),
]
