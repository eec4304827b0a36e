"""Small hospital exports for tests: DICOM files with the headers that a test needs, and nothing more."""

from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, UltrasoundImageStorage


def instance(number: int, *, study: str = "1.2.3", series: str = "1.2.3.1", **values: object) -> FileDataset:
    """An 8 x 8 MR slice; ``values`` replace or add attributes by keyword."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = f"{series}.{number}"
    made = FileDataset(None, {}, preamble=b"\0" * 128, file_meta=meta)
    made.SOPClassUID, made.SOPInstanceUID = MRImageStorage, f"{series}.{number}"
    made.StudyInstanceUID, made.SeriesInstanceUID = study, series
    made.FrameOfReferenceUID = f"{study}.9"
    made.PatientName, made.PatientID, made.Modality = "Invented^Ines", "ID-4711", "MR"
    made.ImageType, made.InstanceNumber = ["ORIGINAL", "PRIMARY"], number
    made.Rows = made.Columns = 8
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
    made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, number], [1, 0, 0, 0, 1, 0]
    made.PixelSpacing = [1, 1]
    made.PixelData = np.full((8, 8), number, "<u2").tobytes()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def save(dataset: FileDataset, path: Path) -> Path:
    """Write an instance, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path


def ultrasound(number: int, pixels: NDArray[np.generic]) -> FileDataset:
    """One grey frame of ultrasound, in a series of its own."""
    return instance(
        number,
        series=f"1.2.3.{number}",
        Rows=pixels.shape[0],
        Columns=pixels.shape[1],
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=pixels.tobytes(),
        SOPClassUID=UltrasoundImageStorage,
        Modality="US",
    )
