"""What PET-BIDS asks for and the released header of the first instance says."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from cleanroom.nifti.sidecar import Sidecar

_TAGS = [
    "RadiopharmaceuticalInformationSequence",
    "SeriesDate",
    "SeriesTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "DecayCorrection",
    "AttenuationCorrectionMethod",
    "ReconstructionMethod",
    "ConvolutionKernel",
]


def fields(path: Path) -> Sidecar:
    """Fields of PET-BIDS by the header; what it does not say is not there.

    Parameters
    ----------
    path
        A released instance, the first of its series.
    """
    header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_TAGS))
    found = _times(header) | _tracer(header)
    correction = str(header.get("DecayCorrection") or "")
    if correction:
        found["ImageDecayCorrected"] = correction != "NONE"
    if header.get("AttenuationCorrectionMethod"):
        found["AttenuationCorrection"] = str(header.AttenuationCorrectionMethod)
    if correction == "ADMIN" and "InjectionStart" in found:
        found["ImageDecayCorrectionTime"] = found["InjectionStart"]
    elif correction == "START" and "ScanStart" in found:
        found["ImageDecayCorrectionTime"] = found["ScanStart"]
    if header.get("ReconstructionMethod"):
        found["ReconMethodName"] = str(header.ReconstructionMethod)
    return found


def _times(header: Dataset) -> Sidecar:
    """Seconds after ``TimeZero``, which is the start of the scan."""
    start = _moment(header.get("SeriesTime") or header.get("AcquisitionTime"))
    if start is None:
        return {}
    found: Sidecar = {"TimeZero": start.strftime("%H:%M:%S"), "ScanStart": 0}
    injected = _moment(_drug(header).get("RadiopharmaceuticalStartTime"))
    if injected is not None:
        day = timedelta(days=1) if injected > start else timedelta()
        found["InjectionStart"] = round((injected - day - start).total_seconds(), 3)
    return found


def _tracer(header: Dataset) -> Sidecar:
    drug = _drug(header)
    found: Sidecar = {}
    if drug.get("Radiopharmaceutical"):
        found["TracerName"] = str(drug.Radiopharmaceutical)
    nuclide: list[Dataset] = drug.get("RadionuclideCodeSequence") or []
    if nuclide and nuclide[0].get("CodeMeaning"):
        found["TracerRadionuclide"] = str(nuclide[0].CodeMeaning).strip("^")
    if drug.get("RadionuclideTotalDose"):
        found |= {
            "InjectedRadioactivity": float(drug.RadionuclideTotalDose),
            "InjectedRadioactivityUnits": "Bq",
        }
    if drug.get("RadiopharmaceuticalVolume"):
        found["InjectedVolume"] = float(drug.RadiopharmaceuticalVolume)
    return found


def _drug(header: Dataset) -> Dataset:
    items: Any = header.get("RadiopharmaceuticalInformationSequence")
    return items[0] if items else Dataset()


def _moment(value: object) -> datetime | None:
    text = str(value or "").partition(".")[0]
    try:
        return datetime.strptime(text, "%H%M%S")
    except ValueError:
        return None
