"""The DICOMDIR itself: a tree of records, each pointing to the next and to the first below it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import BinaryIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage

_ITEM = struct.Struct("<HHL")
_OFFSETS = struct.Struct("<HH2sHLHH2sHLHH2sHH")
_SEQUENCE = struct.Struct("<HH2sHL")


@dataclass
class Node:
    """A record and those below it; the root has an empty one."""

    record: Dataset = field(default_factory=Dataset)
    number: int = 0
    """Among its neighbours, from 1."""
    below: dict[str, "Node"] = field(default_factory=dict)
    """By what tells them apart: Patient ID, UID."""

    def descendants(self) -> Iterator["Node"]:
        """All nodes below, each before its own."""
        for node in self.below.values():
            yield node
            yield from node.descendants()


def write(file: BinaryIO, root: Node) -> None:
    """Write a DICOMDIR; the same records give the same bytes.

    Parameters
    ----------
    file
        Open for writing.
    root
        Its records in the order of the tree, without offsets.
    """
    nodes = list(root.descendants())
    head = _head(nodes)
    at = len(head) + _OFFSETS.size + _SEQUENCE.size
    places = {}
    for node in nodes:
        places[id(node)] = at
        at += _ITEM.size + len(_encoded(node.record))
    for entity in (root, *nodes):
        _link(list(entity.below.values()), places)
        if entity is not root and entity.below:
            first = next(iter(entity.below.values()))
            entity.record.OffsetOfReferencedLowerLevelDirectoryEntity = places[id(first)]
    file.write(head)
    top = [places[id(node)] for node in root.below.values()]
    file.write(_offsets(top[0] if top else 0, top[-1] if top else 0))
    items = [_encoded(node.record) for node in nodes]
    length = sum(_ITEM.size + len(item) for item in items)
    file.write(_SEQUENCE.pack(0x0004, 0x1220, b"SQ", 0, length))
    for item in items:
        file.write(_ITEM.pack(0xFFFE, 0xE000, len(item)) + item)


def _link(neighbours: list[Node], places: dict[int, int]) -> None:
    for node, following in pairwise(neighbours):
        node.record.OffsetOfTheNextDirectoryRecord = places[id(following)]


def _head(nodes: list[Node]) -> bytes:
    """Preamble, file meta information and File-set ID, whose place comes before the offsets."""
    uids = [str(node.record.get("ReferencedSOPInstanceUIDInFile", "")) for node in nodes]
    digest = sha256("\n".join(uids).encode()).digest()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = _buffer()
    buffer.write(bytes(128) + b"DICM")
    write_file_meta_info(buffer, meta, enforce_standard=True)
    fileset = Dataset()
    fileset.FileSetID = "CLEANROOM"
    write_dataset(buffer, fileset)
    return buffer.getvalue()


def _offsets(first: int, last: int) -> bytes:
    """(0004,1200) and (0004,1202), then the consistency flag (0004,1212): none."""
    return _OFFSETS.pack(4, 0x1200, b"UL", 4, first, 4, 0x1202, b"UL", 4, last, 4, 0x1212, b"US", 2, 0)


def _encoded(record: Dataset) -> bytes:
    buffer = _buffer()
    write_dataset(buffer, record)
    return buffer.getvalue()


def _buffer() -> DicomBytesIO:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    return buffer
