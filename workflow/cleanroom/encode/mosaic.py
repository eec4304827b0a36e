"""Siemens mosaics: the slices of a volume as tiles of one image."""

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.clean.private.csa import BrokenCsa, Field, read_csa
from cleanroom.errors import SetAside

_TILES, _CSA = (0x0019, 0x0A), (0x0029, 0x10)


def is_mosaic(header: Dataset) -> bool:
    """Whether its image type says that it is one."""
    kind = header.get("ImageType") or ()
    return "MOSAIC" in kind and "PerFrameFunctionalGroupsSequence" not in header


def tiles(header: Dataset) -> tuple[int, NDArray[np.float64]]:
    """How many tiles hold a slice, and the direction in which the slices follow each other (3,), LPS.

    Raises
    ------
    SetAside
        When the scanner's own elements that say so are not there.
    """
    fields = _fields(header)
    count = _number(header) or int((_values(fields, "NumberOfImagesInMosaic") or [b"0"])[0])
    normal = (
        [float(value) for value in fields["SliceNormalVector"].items if value]
        if "SliceNormalVector" in fields
        else []
    )
    if not count or len(normal) != 3:
        raise SetAside(
            "a mosaic that does not say how many slices it holds cannot be mapped",
            "export the series from the scanner with its private elements",
        )
    return count, np.array(normal)


def _fields(header: Dataset) -> dict[str, Field]:
    content = _private(header, *_CSA, "SIEMENS CSA HEADER")
    try:
        return {field.name: field for field in read_csa(content)} if content else {}
    except BrokenCsa:
        return {}


def _number(header: Dataset) -> int:
    content = _private(header, *_TILES, "SIEMENS MR HEADER")
    return int.from_bytes(content[:2], "little") if len(content) >= 2 else 0


def _private(header: Dataset, group: int, number: int, creator: str) -> bytes:
    try:
        element = header.private_block(group, creator)[number]
    except KeyError:
        return b""
    value = element.value
    return value if isinstance(value, bytes) else int(value).to_bytes(2, "little")


def _values(fields: dict[str, Field], name: str) -> list[bytes]:
    return [value for value in fields[name].items if value] if name in fields else []
