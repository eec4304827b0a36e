"""Rules reach every level, and elements that hide what they are."""

import io
import struct

import pydicom
import pytest
from cleaning import PATIENT, cleaned, instance
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from cleanroom.clean.original import read_header
from cleanroom.errors import SetAside


def wrapped(inner: Dataset, depth: int) -> Dataset:
    for _ in range(depth):
        outer = Dataset()
        outer.SharedFunctionalGroupsSequence = Sequence([inner])
        inner = outer
    return inner


def put(header: Dataset, tag: int, vr: str, value: bytes) -> None:
    header[tag] = RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)


def written(header: Dataset, **encoding: bool) -> Dataset:
    file = io.BytesIO()
    pydicom.dcmwrite(file, header, **(encoding or {"implicit_vr": False, "little_endian": True}))
    return pydicom.dcmread(file, force=True)


@pytest.mark.parametrize("depth", [1, 3, 30])
def test_a_name_in_a_sequence_becomes_the_pseudonym_at_any_depth(depth: int) -> None:
    inner = Dataset()
    inner.PatientName = "Muster^Erika"
    inner.InstitutionName = "Spital"
    header = instance()
    header.update(wrapped(inner, depth))
    after, _, content = cleaned(written(header))
    for _ in range(depth):
        after = after.SharedFunctionalGroupsSequence[0]
    assert after.PatientName == PATIENT
    assert b"Spital" not in content


def test_a_header_without_end_of_sequences_is_set_aside_and_does_not_crash() -> None:
    content = struct.pack("<HHL", 0x5200, 0x9229, 0xFFFFFFFF) + struct.pack(
        "<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    head = io.BytesIO()
    pydicom.dcmwrite(head, instance(), implicit_vr=True, little_endian=True)
    with pytest.raises(SetAside) as failure:
        cleaned(read_header(io.BytesIO(head.getvalue() + content * 3000)))
    assert "Muster" not in failure.value.reason


def test_sequences_nested_absurdly_deep_are_set_aside() -> None:
    inner = b""
    for _ in range(200):
        inner = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
        inner = struct.pack("<HHL", 0x5200, 0x9229, len(inner)) + inner
    head = io.BytesIO()
    pydicom.dcmwrite(head, instance(), implicit_vr=True, little_endian=True)
    with pytest.raises(SetAside, match="nested deeper"):
        cleaned(read_header(io.BytesIO(head.getvalue() + inner)))


def test_standard_attributes_stored_as_un_are_cleaned_as_what_they_are() -> None:
    header = instance()
    put(header, 0x00081010, "UN", b"STATIONX")
    put(header, 0x00080060, "UN", b"CT")
    item = struct.pack("<HHL", 0x0010, 0x0010, 8) + b"Muster^E"
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(item)) + item
    put(header, 0x00081140, "UN", item)
    after, _, content = cleaned(header)
    assert b"STATIONX" not in content
    assert b"Muster" not in content
    assert after.Modality == "CT"
    assert after.ReferencedImageSequence[0].PatientName == PATIENT


def test_unknown_attributes_go() -> None:
    header = instance()
    header.add_new(0x00180001, "LO", "unheard-of")
    header.add_new(0x00990010, "LO", "ACME")
    header.add_new(0x7F000010, "OB", b"unheard-of")
    _, _, content = cleaned(written(header))
    assert b"unheard-of" not in content
    assert b"ACME" not in content


@pytest.mark.parametrize("encoding", [(True, True), (False, True), (False, False)])
def test_the_same_header_comes_out_of_every_encoding(encoding: tuple[bool, bool]) -> None:
    header = instance()
    header.PixelRepresentation = 1
    header.SmallestImagePixelValue = -2
    header.Rows = 258
    header.ImagePositionPatient = [1, 2, 3]
    header.FrameIncrementPointer = 0x00181063
    item = Dataset()
    item.LUTDescriptor = [2, -1, 16]
    item.LUTData = b"\1\0\2\0"
    item.add_new(0x00281101, "SS", [256, -1, 16])
    header.ModalityLUTSequence = [item]
    implicit, little = encoding
    if not little:
        item.LUTData = b"\0\1\0\2"
    after, _, _ = cleaned(written(header, implicit_vr=implicit, little_endian=little))
    assert after.Rows == 258
    assert after.SmallestImagePixelValue == -2
    assert after.FrameIncrementPointer == 0x00181063
    assert after.ModalityLUTSequence[0].LUTData == b"\1\0\2\0"
    assert list(after.ModalityLUTSequence[0][0x00281101].value) == [256, -1, 16]


@pytest.mark.parametrize("value", [b"Erika ", b"ERIKA,MUSTER"])
def test_a_word_that_is_not_of_its_kind_does_not_stay(value: bytes) -> None:
    header = instance()
    header.PatientPosition = "HFS"
    before = written(header)
    put(before, 0x00185100, "CS", value)
    put(before, 0x00180050, "DS", value)
    try:
        _, _, content = cleaned(before)
    except SetAside as failure:
        content = failure.reason.encode()
    assert value not in content


def test_a_reviewed_technical_text_does_not_repeat_the_patient() -> None:
    header = instance()
    header.Manufacturer = "ACME"
    header.ManufacturerModelName = "Scanner of Muster"
    after, _, _ = cleaned(written(header))
    assert after.Manufacturer == "ACME"
    assert after.ManufacturerModelName == "Scanner of"
