"""A simple encoder for the tests of the gate: it cleans by the gate's own table, pixel by pixel."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import nibabel
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset

from cleanroom.records import SeriesFace, Volume
from cleanroom.verify import tables
from cleanroom.verify.placement import LPS_TO_RAS

REGISTERED = "1.2.840.10008."


def new_uid(original: str) -> str:
    return "2.25." + str(int.from_bytes(hashlib.sha256(original.encode()).digest()[:12], "big"))


def cleaned(original: FileDataset, codes: list[str], patient: str) -> FileDataset:
    """A cleaned copy: what the gate's table names goes, UIDs are mapped, dates shifted."""
    copy = pydicom.dcmread(original.filename)
    copy.remove_private_tags()
    copy.walk(_clean)
    for tag in [element.tag for element in copy if element.tag < 0x00080000]:
        del copy[tag]
    copy.PatientName = copy.PatientID = patient
    copy.PatientIdentityRemoved, copy.DeidentificationMethod = "YES", "test"
    copy.DeidentificationMethodCodeSequence = [_code(code) for code in codes]
    copy.ContributingEquipmentSequence = [_equipment()]
    meta = copy.file_meta
    for tag in [element.tag for element in meta if element.tag >= 0x00020013]:
        del meta[tag]
    meta.MediaStorageSOPInstanceUID = copy.SOPInstanceUID
    copy.preamble = bytes(128)
    return copy


def _equipment() -> Dataset:
    item, purpose = Dataset(), Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = "109104", "DCM"
    purpose.CodeMeaning = "De-identifying Equipment"
    item.Manufacturer, item.PurposeOfReferenceCodeSequence = "test", [purpose]
    return item


def _code(value: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = value, "DCM"
    item.CodeMeaning = {
        "113100": "Basic Application Confidentiality Profile",
        "113102": "Clean Recognizable Visual Features Option",
    }[value]
    return item


def _clean(dataset: Dataset, element: pydicom.DataElement) -> None:
    row = tables.identifying().get(element.tag)
    if element.tag in tables.tags("removable") or (row and row.rule == "absent"):
        del dataset[element.tag]
    elif row or element.VR == "PN":
        element.value = "REMOVED"
    elif element.VR == "UI" and element.tag not in tables.tags("classes"):
        values = element.value if element.VM > 1 else [element.value]
        changed = [uid if not uid or uid.startswith(REGISTERED) else new_uid(uid) for uid in values]
        element.value = changed if element.VM > 1 else changed[0]
    elif element.VR in ("DA", "DT") and element.value:
        day = datetime.strptime(str(element.value)[:8], "%Y%m%d") - timedelta(days=700)
        element.value = day.strftime("%Y%m%d")


def fill(dataset: FileDataset, work: Path, volumes: list[Volume], face: SeriesFace) -> int:
    """Look every pixel centre up in every mask, one by one: slow, and nothing like the gate's way."""
    pixels = dataset.pixel_array.copy()
    frames = pixels[None] if pixels.ndim == 2 else pixels
    covered = 0
    for mask in face.masks:
        volume = next(volume for volume in volumes if volume.file == mask.volume)
        inside = np.asanyarray(nibabel.load(work / mask.mask).dataobj)
        values = nibabel.load(work / mask.values).get_fdata() if mask.values else inside * 0.0 + face.fill
        to_voxel = np.linalg.inv(np.array(volume.affine))
        for at, frame in enumerate(frames):
            slope, intercept, points = centres(dataset, at, frame.shape)
            voxel = np.rint(points @ to_voxel[:3, :3].T + to_voxel[:3, 3]).astype(int)
            within = ((voxel >= 0) & (voxel < inside.shape[:3])).all(axis=-1)
            hit = np.zeros(frame.shape, bool)
            hit[within] = inside[tuple(voxel[within].T)] > 0
            frame[hit] = np.round((values[tuple(voxel[hit].T)] - intercept) / slope)
            covered += int(hit.sum())
    if covered:
        dataset.PixelData = pixels.tobytes()
        if dataset.file_meta.TransferSyntaxUID.is_compressed:
            dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    return covered


def centres(dataset: Dataset, at: int, shape: tuple[int, int]) -> tuple[float, float, np.ndarray]:
    shared, own = dataset, dataset
    if "PerFrameFunctionalGroupsSequence" in dataset:
        own = dataset.PerFrameFunctionalGroupsSequence[at]
        shared = dataset.SharedFunctionalGroupsSequence[0]

    def group(keyword: str) -> Dataset:
        if own is dataset:
            return dataset
        return (
            (own if keyword in own else shared)[keyword][0]
            if keyword in own or keyword in shared
            else Dataset()
        )

    position = np.array(group("PlanePositionSequence").ImagePositionPatient, float)
    turn = np.array(group("PlaneOrientationSequence").ImageOrientationPatient, float)
    spacing = np.array(group("PixelMeasuresSequence").PixelSpacing, float)
    rescale = group("PixelValueTransformationSequence")
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    lps = position + turn[:3] * spacing[1] * columns[..., None] + turn[3:] * spacing[0] * rows[..., None]
    slope, intercept = rescale.get("RescaleSlope", 1), rescale.get("RescaleIntercept", 0)
    return float(slope), float(intercept), lps * LPS_TO_RAS


def role(path: Path, paths: list[Path]) -> Literal["plain", "uneven", "resampled"]:
    if "_Eq" in path.name or "_Tilt" in path.name:
        return "resampled"
    stem = path.name.removesuffix(".nii.gz")
    return "uneven" if any(other.name.startswith(f"{stem}_") for other in paths) else "plain"
