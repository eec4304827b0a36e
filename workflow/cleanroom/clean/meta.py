"""The file around a dataset: preamble and file meta information, ours alone."""

from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from cleanroom import __version__
from cleanroom.errors import SetAside
from cleanroom.header import elements
from cleanroom.header.elements import stored, value_of
from cleanroom.header.encoding import Encoding

IMPLEMENTATION_CLASS_UID = "2.25.188264930264733254106290817331524117841"
IMPLEMENTATION_VERSION = f"CLEANROOM_{__version__}"[:16]
_STANDARD = "1.2.840.10008.1.2"
_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018
_OTHERWISE_ENCODED = {ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian}


def transfer_syntax_of(original: Dataset) -> str:
    """The transfer syntax of a file as it was read; the guess of `pydicom.dcmread` where the file names none.

    Raises
    ------
    SetAside
        When it is not one of PS3.6.
    """
    syntax = getattr(original, "file_meta", Dataset()).get("TransferSyntaxUID")
    if syntax is None:
        implicit, little = original.original_encoding
        return (
            ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        )
    if not str(syntax).startswith(_STANDARD):
        raise SetAside("its transfer syntax is not one of the standard")
    return str(syntax)


def header_syntax(transfer_syntax: str) -> str:
    """What the file meta of a header written in Explicit VR Little Endian may say."""
    return ExplicitVRLittleEndian if transfer_syntax in _OTHERWISE_ENCODED else transfer_syntax


def file_meta(header: Dataset, transfer_syntax: str) -> bytes:
    """An empty preamble and new file meta information for a cleaned header (PS3.10 section 7.1)."""
    meta = elements.dataset()
    for tag, vr, value in (
        (0x00020001, "OB", b"\0\1"),
        (0x00020002, "UI", value_of(header.get_item(_SOP_CLASS), "UI")),
        (0x00020003, "UI", value_of(header.get_item(_SOP_INSTANCE), "UI")),
        (0x00020010, "UI", transfer_syntax.encode()),
        (0x00020012, "UI", IMPLEMENTATION_CLASS_UID.encode()),
        (0x00020013, "SH", IMPLEMENTATION_VERSION.encode()),
    ):
        meta[tag] = stored(tag, vr, value)
    group = Encoding(ExplicitVRLittleEndian).encoded(meta)
    length = elements.dataset()
    length[0x00020000] = stored(0x00020000, "UL", len(group).to_bytes(4, "little"))
    return bytes(128) + b"DICM" + Encoding(ExplicitVRLittleEndian).encoded(length) + group
