"""NIfTI files for the release: dcm2niix's voxels, a header without free text, compressed without a time."""

import gzip
import shutil
from pathlib import Path

from cleanroom.errors import SetAside

HEADER, OFFSET = 348, 352
TEXTS = {
    "data_type": (4, 14),
    "db_name": (14, 32),
    "descrip": (148, 228),
    "aux_file": (228, 252),
    "intent_name": (328, 344),
}
"""Bytes of the NIfTI-1 header that hold text: dcm2niix puts times and comments there."""
_LEVEL = 6


def write(source: Path, target: Path) -> bytes:
    """Compress a NIfTI-1 file of dcm2niix; its voxels stay byte for byte.

    Returns
    -------
    bytes
        The header as it was written.

    Raises
    ------
    SetAside
        When it is not a NIfTI-1 file without extensions.
    """
    with source.open("rb") as file:
        head = bytearray(file.read(OFFSET))
        if head[:4] != HEADER.to_bytes(4, "little") or any(head[HEADER:OFFSET]):
            raise SetAside("dcm2niix wrote a NIfTI header that is not plain")
        for start, stop in TEXTS.values():
            head[start:stop] = bytes(stop - start)
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            target.open("wb") as raw,
            gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed,
        ):
            packed.write(bytes(head))
            shutil.copyfileobj(file, packed, 1 << 20)
    return bytes(head)
