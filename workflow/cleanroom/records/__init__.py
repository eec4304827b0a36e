"""What one step writes down for the next: small JSON files in ``private/studies/<study>/``."""

from cleanroom.records.bids import TREE, NiftiFile, NiftiRecord, Scan, Visit
from cleanroom.records.encoded import EncodedInstance, EncodeRecord
from cleanroom.records.faces import (
    COMPARED,
    ORIGINAL,
    FaceAttempt,
    FaceMask,
    FaceRecord,
    FaceVerdict,
    SeriesFace,
    Volume,
    VolumeRecord,
)
from cleanroom.records.files import CleanedFile, FilesRecord, FilesVerdict
from cleanroom.records.headers import CleanRecord, Code
from cleanroom.records.record import NO_VERDICT, Made, Record, SetAsideRow
from cleanroom.records.released import Holding, ReleasedInstance, ReleaseRecord
from cleanroom.records.text import Document, SeriesText, TextBox, TextRecord
from cleanroom.records.verdict import VerifyRecord

__all__ = [
    "COMPARED",
    "NO_VERDICT",
    "ORIGINAL",
    "TREE",
    "CleanRecord",
    "CleanedFile",
    "Code",
    "Document",
    "EncodeRecord",
    "EncodedInstance",
    "FaceAttempt",
    "FaceMask",
    "FaceRecord",
    "FaceVerdict",
    "FilesRecord",
    "FilesVerdict",
    "Holding",
    "Made",
    "NiftiFile",
    "NiftiRecord",
    "Record",
    "ReleaseRecord",
    "ReleasedInstance",
    "Scan",
    "SeriesFace",
    "SeriesText",
    "SetAsideRow",
    "TextBox",
    "TextRecord",
    "VerifyRecord",
    "Visit",
    "Volume",
    "VolumeRecord",
]
