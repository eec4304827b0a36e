"""A rebuilt PDF goes back into its DICOM object (PS3.3 C.24.2)."""

from hashlib import sha256
from pathlib import Path

from pydicom import Dataset

from cleanroom.errors import SetAside
from cleanroom.records import Document

MIME_TYPE = "application/pdf"


def give_document(header: Dataset, document: Document, path: Path) -> None:
    """Give a cleaned header the PDF that takes the original's place.

    Parameters
    ----------
    path
        Where the step before left it.

    Raises
    ------
    SetAside
        When it is not there, or is not what the step before wrote.
    """
    data = path.read_bytes() if path.is_file() else b""
    if sha256(data).hexdigest() != document.sha256:
        raise SetAside("its rebuilt PDF is gone from private/work", "run again with --forceall for its study")
    header.EncapsulatedDocument = data + bytes(len(data) % 2)
    header.EncapsulatedDocumentLength = len(data)
    header.MIMETypeOfEncapsulatedDocument = MIME_TYPE
    header.pop("ListOfMIMETypes", None)
