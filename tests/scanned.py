"""Exports made of real scans: few slices, and other contrasts by changing what their headers say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from exports import instance, save
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import CTImageStorage, PositronEmissionTomographyImageStorage

NAME, COMMENT = "Quillfeather^Tabitha", "Tabitha Quillfeather moved"
IDENTITIES = (b"quillfeather", b"tabitha", b"889123")
_SIEMENS = "SIEMENS MR HEADER"
_ICE_DIMENSIONS = 0x00211106
"""Where Siemens XA says which echo it is."""


def marked(made: FileDataset, patient: str) -> FileDataset:
    """With the identity of a person, in places that dcm2niix copies to sidecars and to NIfTI headers."""
    made.PatientName, made.PatientID, made.ImageComments = NAME, f"QF-889123-{patient}", COMMENT
    made.PatientSex, made.PatientAge = "F", "045Y"
    made.PerformedProcedureStepDescription = f"for {COMMENT}"
    return made


def mprage(scans: Path, target: Path) -> None:
    """24 sagittal slices of a Philips T1."""
    files = list((scans / "mr_philips_mprage_face" / "dicom").rglob("*.dcm"))
    slices = sorted((pydicom.dcmread(path) for path in files), key=lambda item: int(item.InstanceNumber))
    for made in slices[70:94]:
        save(marked(made, "mprage"), target / "mprage" / f"{made.InstanceNumber}.dcm")


def prisma(scans: Path, target: Path) -> None:
    """Enhanced MR of Siemens XA30: a T1, ASL, and a field map; its magnitudes are made of the phase."""
    home = scans / "mr_siemens_xa30_enhanced_face" / "dicom"
    for folder in ("5_anat-T1w_acq-tfl", "25_asl_2d_tra", "9_gre_field_mapping", "27_asl_2d_tra"):
        for path in sorted((home / folder).glob("*.dcm")):
            save(marked(pydicom.dcmread(path), "prisma"), target / "prisma" / folder / path.name[:4])
    (phase,) = (home / "9_gre_field_mapping").glob("*.dcm")
    for echo, milliseconds in enumerate((10.0, 12.46), 1):
        made = marked(pydicom.dcmread(phase), "prisma")
        _magnitude(made, echo, milliseconds)
        save(made, target / "prisma" / "8" / f"{echo}")


def _magnitude(made: FileDataset, echo: int, milliseconds: float) -> None:
    made.SeriesNumber, made.InstanceNumber = 8, echo
    made.SeriesInstanceUID = f"{made.SeriesInstanceUID}.8"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = f"{made.SOPInstanceUID}.{echo}"
    made.ImageType, made.ComplexImageComponent = ["ORIGINAL", "PRIMARY", "M", "NONE"], "MAGNITUDE"
    for frame in made.PerFrameFunctionalGroupsSequence:
        frame.MRImageFrameTypeSequence[0].FrameType = made.ImageType
        frame.MRImageFrameTypeSequence[0].ComplexImageComponent = "MAGNITUDE"
        frame.MREchoSequence[0].EffectiveEchoTime = milliseconds
    for element in made.iterall():
        if element.tag == _ICE_DIMENSIONS:
            element.value = str(element.value).replace("_2_", f"_{echo}_", 1)


def mosaics(scans: Path, target: Path) -> None:
    """Siemens mosaics: a perfusion image as it is, and diffusion and BOLD made of it."""
    home = scans / "mr_siemens_trio_t1_t2_face" / "dicom"
    source = next(path for path in sorted(home.rglob("*")) if _description(path) == "Perfusion_Weighted")
    save(marked(pydicom.dcmread(source), "trio"), target / "trio" / "perfusion")
    for number, b in enumerate((0, 1000, 1000, 1000, 1000), 1):
        save(
            _timed(source, number, 21, lambda made, n=number, b=b: _diffusion(made, n, b)),
            target / "trio" / f"d{number}",
        )
        save(_timed(source, number, 22, _bold), target / "trio" / f"b{number}")


def _description(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return str(pydicom.dcmread(path, stop_before_pixels=True).get("SeriesDescription", ""))
    except pydicom.errors.InvalidDicomError:
        return ""


def _timed(source: Path, number: int, series: int, change: Callable[[FileDataset], None]) -> FileDataset:
    made = marked(pydicom.dcmread(source), "trio")
    made.SeriesNumber, made.InstanceNumber, made.AcquisitionNumber = series, number, number
    made.SeriesInstanceUID = f"{made.StudyInstanceUID}.{series}"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = f"{made.SeriesInstanceUID}.{number}"
    made.AcquisitionTime = made.ContentTime = f"1201{number:02d}.000000"
    pixels = np.frombuffer(made.PixelData, "<u2")
    made.PixelData = (pixels + number * (pixels > 0)).astype("<u2").tobytes()
    change(made)
    return made


def _diffusion(made: FileDataset, number: int, b: int) -> None:
    made.SeriesDescription = made.ProtocolName = "ep2d diff"
    made.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE", "ND", "NORM", "MOSAIC"]
    made.SequenceName = f"*ep_b{b}" + (f"#{number - 1}" if b else "")
    block = made.private_block(0x0019, _SIEMENS, create=True)
    block.add_new(0x0C, "IS", str(b))
    if b:
        angle = number * 0.7
        block.add_new(0x0E, "FD", [float(np.cos(angle)), float(np.sin(angle)), 0.0])


def _bold(made: FileDataset) -> None:
    made.SeriesDescription = made.ProtocolName = "rest eyes open"
    made.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "NORM", "MOSAIC"]


def pet(target: Path) -> None:
    """A static PET of twelve slices, each with a slope of its own."""
    noise = np.random.default_rng(5)
    for number in range(1, 13):
        made = instance(number, study="1.2.50", series="1.2.50.1", Modality="PT", Rows=32, Columns=32)
        made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = PositronEmissionTomographyImageStorage
        made.PixelData = noise.integers(0, 3000, (32, 32)).astype("<u2").tobytes()
        made.RescaleSlope, made.RescaleIntercept, made.Units = 0.5 + number / 8, 0, "BQML"
        made.SeriesNumber, made.SeriesDescription, made.SliceThickness = 3, "pet static", 2
        made.PixelSpacing, made.ImagePositionPatient = [2, 2], [0, 0, 2 * number]
        made.SeriesTime = made.AcquisitionTime = "101000"
        made.SeriesDate = made.AcquisitionDate = made.StudyDate = "20240517"
        made.SeriesType, made.DecayCorrection = ["STATIC", "IMAGE"], "START"
        made.AttenuationCorrectionMethod, made.ReconstructionMethod = "measured,CT", "OSEM"
        made.ActualFrameDuration, made.FrameReferenceTime = 600000, 0
        made.Manufacturer, made.ManufacturerModelName = "Maker", "Model"
        made.RadiopharmaceuticalInformationSequence = [_tracer()]
        save(marked(made, "pet"), target / "pet" / f"{number}")


def _tracer() -> Dataset:
    nuclide = Dataset()
    nuclide.CodeValue, nuclide.CodingSchemeDesignator, nuclide.CodeMeaning = "C-111A1", "SRT", "^18^Fluorine"
    drug = Dataset()
    drug.Radiopharmaceutical, drug.RadiopharmaceuticalStartTime = "FDG", "091000"
    drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = 3.5e8, 6586.2
    drug.RadionuclidePositronFraction, drug.RadionuclideCodeSequence = 0.97, [nuclide]
    return drug


def ct(target: Path) -> None:
    """Six slices of a CT."""
    for number in range(1, 7):
        made = instance(
            number, study="1.2.60", series="1.2.60.1", Modality="CT", SeriesDescription="ct thorax"
        )
        made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = CTImageStorage
        made.RescaleSlope, made.RescaleIntercept, made.SeriesNumber, made.KVP = 1, -1024, 2, 120
        made.SliceThickness = 1
        save(marked(made, "ct"), target / "ct" / f"{number}")
