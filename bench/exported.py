"""200 CT slices of 512 x 512 with full headers, as a scanner writes them: what the peers are measured on."""

import sys
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.8.498.77"
ELEMENTS = 258
_TEXTS = {
    "StudyDescription": "CT HEAD WITHOUT CONTRAST",
    "SeriesDescription": "Head 5.0 H30s",
    "ProtocolName": "HeadRoutine",
    "InstitutionName": "St. Example Hospital",
    "InstitutionAddress": "1 Example Street, Exampleton",
    "InstitutionalDepartmentName": "Radiology",
    "ReferringPhysicianName": "EXAMPLE^REFERRER",
    "PerformingPhysicianName": "EXAMPLE^PERFORMER",
    "OperatorsName": "EXAMPLE^OPERATOR",
    "RequestingPhysician": "EXAMPLE^REQUESTER",
    "PatientName": "EXAMPLE^BENCH",
    "PatientID": "BENCH0001",
    "PatientBirthDate": "19600312",
    "PatientSex": "F",
    "PatientAge": "058Y",
    "PatientSize": "1.68",
    "PatientWeight": "71.5",
    "AccessionNumber": "ACC0001",
    "StationName": "CT-EX-1",
    "Manufacturer": "EXAMPLE",
    "ManufacturerModelName": "Bench 64",
    "DeviceSerialNumber": "77001",
    "SoftwareVersions": "VB42",
    "StudyDate": "20180401",
    "SeriesDate": "20180401",
    "AcquisitionDate": "20180401",
    "ContentDate": "20180401",
    "StudyTime": "101112.000000",
    "SeriesTime": "101312.000000",
    "AcquisitionTime": "101412.000000",
    "ContentTime": "101513.000000",
    "StudyID": "4711",
    "ImageComments": "motion, repeated",
    "BodyPartExamined": "HEAD",
    "ConvolutionKernel": "H30s",
    "PatientPosition": "HFS",
    "KVP": "120",
    "XRayTubeCurrent": "240",
    "ExposureTime": "1000",
    "SliceThickness": "5",
    "GantryDetectorTilt": "0",
    "DataCollectionDiameter": "500",
    "ReconstructionDiameter": "250",
    "FilterType": "FLAT",
    "RotationDirection": "CW",
    "TableHeight": "151",
    "RequestedProcedureDescription": "CT head",
    "PerformedProcedureStepDescription": "CT HEAD",
    "PerformedProcedureStepID": "PPS1",
    "PerformedProcedureStepStartDate": "20180401",
    "PerformedProcedureStepStartTime": "101112",
}


def write_export(folder: Path, files: int = 200) -> None:
    """Write one series; the same bytes in every call."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(1).integers(0, 2000, (512, 512), np.int16)
    for number in range(1, files + 1):
        header = export_header(number)
        header.PixelData = np.roll(noise, number, axis=0).tobytes()
        pydicom.dcmwrite(folder / f"IM{number:04d}", header, enforce_file_format=True)


def export_header(number: int) -> Dataset:
    """The header of one slice, without pixels."""
    header = Dataset()
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.SpecificCharacterSet = "ISO_IR 100"
    header.SOPClassUID = CTImageStorage
    header.SOPInstanceUID = f"{ROOT}.3.{number}"
    header.StudyInstanceUID, header.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
    header.FrameOfReferenceUID, header.Modality = f"{ROOT}.4", "CT"
    header.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"]
    for keyword, value in _TEXTS.items():
        setattr(header, keyword, value)
    header.SeriesNumber, header.AcquisitionNumber, header.InstanceNumber = 2, 1, number
    header.ImagePositionPatient = [-125, -125, 5 * number]
    header.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    header.SliceLocation, header.PixelSpacing = 5 * number, [0.488, 0.488]
    header.WindowCenter, header.WindowWidth = [40, 400], [80, 2000]
    header.RescaleIntercept, header.RescaleSlope = -1024, 1
    header.Rows = header.Columns = 512
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 16, 12, 11, 0
    _add_sequences(header)
    _add_private(header, ELEMENTS - 1 - sum(1 for _ in header.iterall()))
    return header


def _add_sequences(header: Dataset) -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "CTHEAD", "99EX", "CT head"
    header.ProcedureCodeSequence = Sequence([code])
    request = Dataset()
    request.RequestedProcedureID, request.ScheduledProcedureStepID = "RP1", "SPS1"
    request.ScheduledProcedureStepDescription = "CT head for EXAMPLE"
    request.ScheduledProtocolCodeSequence = Sequence([code])
    header.RequestAttributesSequence = Sequence([request])
    images = []
    for other in range(8):
        image = Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = CTImageStorage, f"{ROOT}.5.{other}"
        images.append(image)
    header.ReferencedImageSequence = Sequence(images)


def _add_private(header: Dataset, elements: int) -> None:
    block = header.private_block(0x0019, "EXAMPLE CT 1", create=True)
    for place in range(elements - 1):
        block.add_new(place, ("LO", "DS", "SH", "IS")[place % 4], str(place))


if __name__ == "__main__":
    write_export(Path(sys.argv[1]), int(sys.argv[2]))
