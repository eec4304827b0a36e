"""Headers to clean, and a short way to do it."""

import io
from collections import Counter
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from cleanroom.clean.meta import file_meta, header_syntax, transfer_syntax_of
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.profile import load
from cleanroom.clean.rules import Rules
from cleanroom.clean.text import TextCleaner
from cleanroom.clean.values import Values
from cleanroom.header.encoding import Encoding
from cleanroom.header.identifying import harvest
from cleanroom.identity import Identity

BASIC = Rules(load("basic"))
SINFONIA = Rules(load("sinfonia"))
IDENTITY = Identity(b"k" * 32)
PATIENT = "PABCDEFGHIJKL"
CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"


def instance(sop_class: str = CT) -> Dataset:
    """The least that is an instance."""
    header = Dataset()
    header.SOPClassUID = sop_class
    header.SOPInstanceUID = "1.2.3.4.1"
    header.StudyInstanceUID = "1.2.3.4.2"
    header.SeriesInstanceUID = "1.2.3.4.3"
    header.PatientName = "Muster^Erika"
    header.PatientID = "4711-0815"
    return header


def written(header: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """A header as the bytes of a file."""
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = UID(syntax)
    file = io.BytesIO()
    header.save_as(file, enforce_file_format=True)
    return file.getvalue()


def values_for(original: Dataset, rules: Rules) -> Values:
    """The values of a study that has one instance."""
    return Values(IDENTITY, PATIENT, TextCleaner(harvest(original), rules.profile.keeps))


def cleaned(original: Dataset, rules: Rules = BASIC) -> tuple[Dataset, Counter[str], bytes]:
    """The cleaned header as it is read back, the actions taken, and the bytes of its file."""
    with quiet_pydicom():
        header, counts = clean_original(original, rules, values_for(original, rules))
        syntax = header_syntax(transfer_syntax_of(original)) if original.original_encoding[1] else ""
        content = file_meta(header, syntax or ExplicitVRLittleEndian)
        content += Encoding(ExplicitVRLittleEndian).encoded(header)
        return pydicom.dcmread(io.BytesIO(content)), counts, content


def read(path: Path) -> Dataset:
    """A real header."""
    with quiet_pydicom(), path.open("rb") as file:
        return read_header(file)
