"""Looks for the identities of an input in what was made of it: by itself, sharing no code with the gate."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pydicom

TAGS = [  # without what the default profile keeps: station, serial number
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "OtherPatientIDs",
    "OtherPatientNames",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "AccessionNumber",
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "PhysiciansOfRecord",
    "RequestingPhysician",
    "NameOfPhysiciansReadingStudy",
    "StudyID",
    "IssuerOfPatientID",
    "PatientComments",
]
GENERIC = {
    "anonymous",
    "anonymized",
    "unknown",
    "none",
    "removed",
    "test",
    "head",
    "phantom",
    "patient",
    "name",
    "here",
    "device",
    "imaging",
    "medical",
    "number",
    "systems",
    "center",
    "centre",
    "hospital",
    "clinic",
    "department",
    "philips",
    "siemens",
}
"""Words that stand in the headers of some test files and in any text about images; makers' names."""
_PACKED = re.compile(rb"[A-Za-z0-9+/=]{200,}")
"""Pictures and volumes of pages in base64: four letters may stand there by chance."""
_NIFTI_HEADER = 352
UID = re.compile(rb"[0-9]+(?:\.[0-9]+){5,}")


def identities(source: Path) -> tuple[set[bytes], set[bytes]]:
    """Texts (four characters or more, lower case) and UIDs that identify, from every header of a folder."""
    texts: set[bytes] = set()
    uids: set[bytes] = set()
    for path in source.rglob("*"):
        if path.is_file() and not path.is_symlink():
            try:
                header = pydicom.dcmread(path, stop_before_pixels=True)
                uids |= {uid.encode() for uid in _uids(header)}
                texts |= {text.encode() for text in _texts(header)}
            except Exception:  # not DICOM, or broken: nothing to read, nothing to find
                continue
    return texts, uids


def found(texts: set[bytes], uids: set[bytes], folder: Path, files: list[Path]) -> list[tuple[str, int]]:
    """Files (relative) in which something of it stands, and how many different values; no value is named.

    Of a compressed volume the header is searched.
    """
    hits = []
    for path in sorted(files):
        content = _content(path)
        head = content[: _pixels(path, content)].lower()
        name = str(path.relative_to(folder))
        searched = b"\n".join([head, head.replace(b"\0", b""), name.lower().encode()])
        known = {uid for uid in UID.findall(content) if uid in uids}
        known |= {text for text in texts if _stands(text, searched)}
        if known:
            hits.append((name, len(known)))
    return hits


def _content(path: Path) -> bytes:
    if path.suffix == ".html":
        return _PACKED.sub(b" ", path.read_bytes())
    if path.suffix != ".gz":
        return path.read_bytes()
    with gzip.open(path) as file:
        return file.read(_NIFTI_HEADER)


def _stands(text: bytes, searched: bytes) -> bool:
    """Whether a text stands there; short ones and numbers as words (``east`` is not in ``least``)."""
    if len(text) > 5 and not text.isdigit():
        return text in searched
    return text in searched and bool(
        re.search(rb"(?<![a-z0-9])" + re.escape(text) + rb"(?![a-z0-9])", searched)
    )


def _pixels(path: Path, content: bytes) -> int:
    """Where the pixels of a DICOM file begin: four letters may stand there by chance."""
    if path.suffix != ".dcm":
        return len(content)
    place = max(content.rfind(b"\xe0\x7f\x10\0O"), content.rfind(b"\xe0\x7f\x10\0\0"))
    return place if place > 0 else len(content)


def _uids(header: pydicom.Dataset) -> Iterator[str]:
    for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
        if len(value := str(header.get(name, ""))) > 12:
            yield value


def _texts(header: pydicom.Dataset) -> Iterator[str]:
    for name in TAGS:
        value = header.get(name)
        for whole in [value] if isinstance(value, str) else list(value or []) if value else []:
            for part in [str(whole), *re.split(r"[\^ ,=]+", str(whole))]:
                text = part.strip().lower()
                if len(text) >= 4 and text not in GENERIC and not re.fullmatch(r"[0-9.]{1,5}|0+", text):
                    yield text
