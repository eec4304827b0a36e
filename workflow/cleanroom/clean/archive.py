"""``headers.zip``: the cleaned headers of a study, byte for byte the same in every run."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.atomic import replacing
from cleanroom.clean.meta import file_meta, header_syntax
from cleanroom.header.encoding import Encoding

_EPOCH = (1980, 1, 1, 0, 0, 0)


def member(series: str, number: str) -> str:
    """The name of one header."""
    return f"{series}/{number}.dcm"


@contextmanager
def new_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive that replaces ``path`` when the block ends well."""
    with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        yield archive


def add(archive: zipfile.ZipFile, name: str, header: Dataset, transfer_syntax: str) -> None:
    """Add a cleaned header as a Part 10 file without pixels, in Explicit VR Little Endian."""
    content = file_meta(header, header_syntax(transfer_syntax)) + Encoding(ExplicitVRLittleEndian).encoded(
        header
    )
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)


def read(archive: zipfile.ZipFile, series: str, number: str) -> Dataset:
    """One cleaned header; its elements stay undecoded until they are asked for."""
    with archive.open(member(series, number)) as file:
        return pydicom.dcmread(cast(BinaryIO, file))
