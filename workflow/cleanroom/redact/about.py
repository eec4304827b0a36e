"""An instance as redact reads it: its dataset, and what its header says of the part of the body."""

from pathlib import Path

import pydicom
from pydicom import Dataset

from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.source import opened

_PROJECTIONS = frozenset({"CR", "DX", "RG", "DR", "RF", "XA", "PX", "IO"})
_WORDS = (
    "BodyPartExamined",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "PerformedProcedureStepDescription",
    "RequestedProcedureDescription",
    "AcquisitionDeviceProcessingDescription",
    "ViewPosition",
)


def about(root: Path, instance: Instance) -> str:
    """What a projection radiograph says of the part of the body; empty for any other."""
    if instance.modality not in _PROJECTIONS or not instance.frames:
        return ""
    header = dataset_of(root, instance, pixels=False)
    words = [str(header.get(keyword, "")) for keyword in _WORDS]
    for item in header.get("AnatomicRegionSequence") or []:
        words.append(str(item.get("CodeMeaning", "")))
    return " ".join(words)


def dataset_of(root: Path, instance: Instance, pixels: bool = True) -> Dataset:
    """The instance as pydicom reads it.

    Raises
    ------
    SetAside
        When its bytes cannot be read.
    """
    try:
        with opened(root, instance.path) as file:
            return pydicom.dcmread(file, stop_before_pixels=not pixels, force=True)
    except Exception as error:  # a broken file raises nearly anything in pydicom
        raise SetAside(f"the file cannot be read ({type(error).__name__})") from error
