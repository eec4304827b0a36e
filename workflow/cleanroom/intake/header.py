"""The few header values that intake needs of an instance; no pixel is read."""

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import pydicom
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, MediaStorageDirectoryStorage

from cleanroom.errors import SetAside
from cleanroom.header import pydicom_sets
from cleanroom.header.identifying import Identifying, harvest
from cleanroom.header.reader import Unusual, read_quickly
from cleanroom.intake import naming
from cleanroom.intake.bounded import Bounded, Endless, check_inflated
from cleanroom.intake.kind import HEAD, Kind, is_zip, kind, may_lack_preamble
from cleanroom.intake.quick import Texts, text
from cleanroom.intake.unread import NOT_READ
from cleanroom.source import FAILURES, opened

pydicom_sets.complete()
_UNDEFINED = 0xFFFFFFFF
_MOST_FRAMES = (1 << 31) - 1
_LONGEST = 1 << 16
"""Characters of a value that is listed; a code, a text or a UID of the standard has 64 at most."""
_NEEDED = ("sop_class_uid", "sop_instance_uid", "study_instance_uid", "series_instance_uid")
_TEXT = {
    "sop_class_uid": "SOPClassUID",
    "sop_instance_uid": "SOPInstanceUID",
    "study_instance_uid": "StudyInstanceUID",
    "series_instance_uid": "SeriesInstanceUID",
    "frame_of_reference_uid": "FrameOfReferenceUID",
    "patient_id": "PatientID",
    "issuer": "IssuerOfPatientID",
    "modality": "Modality",
    "image_type": "ImageType",
    "burned_in_annotation": "BurnedInAnnotation",
    "conversion_type": "ConversionType",
    "series_description": "SeriesDescription",
    "instance_number": "InstanceNumber",
}
_TEXTS = Texts(_TEXT)
_UIDS = {name: keyword for name, keyword in _TEXT.items() if keyword.endswith("UID")} | {
    "transfer_syntax_uid": "TransferSyntaxUID"
}
COLUMNS = (*_TEXT, "transfer_syntax_uid", "frames", "identities")
"""What a header row holds besides its path."""


@dataclass(frozen=True)
class Look:
    """What one look at a file gave."""

    path: str
    kind: Kind
    reason: str = ""
    """Why it is set aside; empty when nothing is wrong."""
    values: dict[str, Any] | None = None
    """The header values (``COLUMNS``) of a DICOM instance."""
    identifying: Identifying = frozenset()
    """Names, IDs, dates and places that the texts of its study may repeat."""
    zip: bool = False
    """A zip archive, whose members are to be looked at."""


def look(root: Path, path: str, size: int) -> Look:
    """Sort one regular file or archive member; whatever is wrong with it becomes the reason."""
    try:
        with opened(root, path) as file:
            head = file.read(HEAD)
            sort = kind(head)
            if sort is Kind.DICOM or (sort is Kind.OTHER and may_lack_preamble(head)):
                check_inflated(file)
                return _dicom(path, cast(BinaryIO, Bounded(file)), size, sure=sort is Kind.DICOM)
    except Endless as error:
        return Look(path, Kind.UNREADABLE, str(error))
    except Exception as error:  # a broken archive can raise nearly anything as well
        passing = isinstance(error, OSError) and error.errno in FAILURES
        told = NOT_READ if passing else f"the file cannot be read ({type(error).__name__})"
        return Look(path, Kind.UNREADABLE, told)
    if size == 0:
        return Look(path, Kind.UNREADABLE, "the file is empty")
    if sort is Kind.OTHER:
        return Look(path, sort, f"{naming.other(head)}: not a DICOM file, picture or PDF")
    named = naming.archive(head) if sort is Kind.ARCHIVE and not is_zip(head) else ""
    return Look(path, sort, named, zip=is_zip(head))


def _dicom(path: str, file: BinaryIO, size: int, sure: bool) -> Look:
    try:
        dataset = _header(file, sure)
        values = _values(dataset)
        found = _identifying(dataset)
    except Exception as error:  # a broken header can raise nearly anything in pydicom
        if isinstance(error, OSError) and error.errno in FAILURES:
            raise
        told = str(error) if isinstance(error, Endless) else f"the DICOM header is broken ({_name(error)})"
        values, found, reason = {}, frozenset(), told
    else:
        if values["sop_class_uid"] == MediaStorageDirectoryStorage or "DirectoryRecordSequence" in dataset:
            return Look(path, Kind.DICOMDIR)
        reason = _trouble(values, file, size)
    if not sure and not values.get("sop_class_uid"):
        return Look(path, Kind.OTHER, "not a DICOM file, picture or PDF")
    if reason:
        return Look(path, Kind.UNREADABLE, reason)
    values["identities"] = digest(found)
    return Look(path, Kind.DICOM, values=values, identifying=found)


def _header(file: BinaryIO, sure: bool) -> pydicom.Dataset:
    """The elements before the pixels; the file is left at the pixel element."""
    try:
        return read_quickly(file)
    except Unusual:
        file.seek(0)
    return pydicom.dcmread(file, stop_before_pixels=True, force=not sure)


@lru_cache(maxsize=4096)
def digest(found: Identifying) -> str:
    """A name for a set of identities: most files of a study have the same."""
    return sha256(json.dumps(sorted(found)).encode()).hexdigest()[:32]


def _identifying(dataset: pydicom.Dataset) -> Identifying:
    try:
        return harvest(dataset)
    except SetAside:
        return frozenset()  # the step clean sets it aside for that reason


def _name(error: Exception) -> str:
    return type(error).__name__


def _trouble(values: dict[str, Any], file: BinaryIO, size: int) -> str:
    for name in _NEEDED:
        if not values[name]:
            return f"the DICOM header has no {_TEXT[name]}"
    for name, keyword in _UIDS.items():
        if not (values[name].isprintable() and "\\" not in values[name]):
            return f"its {keyword} is no UID"
    for name, keyword in _TEXT.items():
        if len(values[name]) > _LONGEST:
            return f"its {keyword} is longer than {_LONGEST} characters"
    if _truncated(values["transfer_syntax_uid"], file, size):
        return "the file is truncated: it ends before its pixel data do"
    return ""


def _values(dataset: pydicom.Dataset) -> dict[str, Any]:
    values: dict[str, Any] = dict(_TEXTS.of(dataset))
    meta = getattr(dataset, "file_meta", pydicom.Dataset())
    implicit, little = dataset.original_encoding
    guess = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2"
    values["transfer_syntax_uid"] = text(meta.get("TransferSyntaxUID")) or guess
    values["frames"] = int(dataset.get("NumberOfFrames") or 1) if "Rows" in dataset else 0
    if not 0 <= values["frames"] <= _MOST_FRAMES:
        raise ValueError
    return values


def _truncated(syntax: str, file: BinaryIO, size: int) -> bool:
    """Whether the pixel data element, at which the file now stands, promises more than there is."""
    if syntax == DeflatedExplicitVRLittleEndian:
        return False
    start = file.tell()
    element = file.read(12)
    if len(element) < 12:
        return False
    uid = UID(syntax)
    order: Literal["little", "big"] = "big" if syntax == "1.2.840.10008.1.2.2" else "little"
    implicit = not element[4:6].isalpha()
    offset = 4 if implicit else 8
    length = int.from_bytes(element[offset : offset + 4], order)
    if length == _UNDEFINED or uid.is_private:
        return False
    return start + offset + 4 + length > size
