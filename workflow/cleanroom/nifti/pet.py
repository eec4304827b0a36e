"""What PET-BIDS asks for and the released header of the first instance says."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from cleanroom.nifti.sidecar import Sidecar

_TAGS = [
    "Manufacturer",
    "ManufacturerModelName",
    "RadiopharmaceuticalInformationSequence",
    "SeriesTime",
    "AcquisitionTime",
    "DecayCorrection",
    "AttenuationCorrectionMethod",
    "ReconstructionMethod",
]
_PLAIN = {
    "Manufacturer": "Manufacturer",
    "ManufacturerModelName": "ManufacturersModelName",
    "AttenuationCorrectionMethod": "AttenuationCorrection",
    "ReconstructionMethod": "ReconMethodName",
}
"""Attribute -> field of the same meaning."""


def fields(path: Path, sidecar: Sidecar, frames: int) -> Sidecar:
    """Fields of PET-BIDS by the header; what it does not say is not there.

    Parameters
    ----------
    path
        A released instance, the first of its series.
    sidecar
        What dcm2niix says: its ``TimeZero`` is the start of the first frame.
    frames
        Of the volume.
    """
    header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_TAGS))
    found: Sidecar = {field: str(header[key].value) for key, field in _PLAIN.items() if header.get(key)}
    found |= _times(header, str(sidecar.get("TimeZero") or "")) | _tracer(header)
    if frames == 1 and "TimeZero" in found:
        found["FrameTimesStart"] = [0]
    if header.get("DecayCorrection"):
        found["ImageDecayCorrected"] = header.DecayCorrection != "NONE"
    return found


def _times(header: Dataset, zero: str) -> Sidecar:
    """Seconds after ``TimeZero``, which is the start of the first frame."""
    start = _moment(zero.replace(":", "") or header.get("AcquisitionTime") or header.get("SeriesTime"))
    if start is None:
        return {}
    found: Sidecar = {"TimeZero": start.strftime("%H:%M:%S"), "ScanStart": 0}
    injected = _after(start, _drug(header).get("RadiopharmaceuticalStartTime"))
    if injected is not None:
        found["InjectionStart"] = injected
    corrected = {"ADMIN": injected, "START": _after(start, header.get("SeriesTime"))}
    if (moment := corrected.get(header.get("DecayCorrection") or "")) is not None:
        found["ImageDecayCorrectionTime"] = moment
    return found


def _after(start: datetime, time: object) -> float | None:
    """Seconds from the start to a time of the same day or the night before."""
    moment = _moment(time)
    if moment is None:
        return None
    day = timedelta(days=1) if moment > start + timedelta(hours=12) else timedelta()
    return (moment - day - start).total_seconds()


def _tracer(header: Dataset) -> Sidecar:
    drug = _drug(header)
    found: Sidecar = {}
    if drug.get("Radiopharmaceutical"):
        found["TracerName"] = str(drug.Radiopharmaceutical)
    nuclide: list[Dataset] = drug.get("RadionuclideCodeSequence") or []
    if nuclide and nuclide[0].get("CodeMeaning"):
        found["TracerRadionuclide"] = str(nuclide[0].CodeMeaning).strip("^")
    if drug.get("RadionuclideTotalDose"):
        dose = float(drug.RadionuclideTotalDose)
        found |= {"InjectedRadioactivity": dose, "InjectedRadioactivityUnits": "Bq"}
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
