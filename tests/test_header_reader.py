"""The quick reader gives what pydicom gives, or leaves a file to it; it never guesses and never hangs."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

import pydicom
import pytest
from cleaning import instance, written
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.values import convert_SQ

from cleanroom.clean.original import quiet_pydicom
from cleanroom.header.charset import CHARACTER_SET
from cleanroom.header.elements import Element, value_of
from cleanroom.header.reader import Unusual, items, read_quickly

Read = tuple[object, ...]
Opener = Callable[[RawDataElement], Read]


def both(content: bytes) -> tuple[Read, Read] | None:
    """What the quick reader and pydicom read, at every level; None when it is left to pydicom."""
    file = io.BytesIO(content)
    try:
        quick = read_quickly(file)
    except Unusual:
        return None
    mine = (file.tell(), str(quick.file_meta.TransferSyntaxUID), level(quick, quickly))
    other = io.BytesIO(content)
    with quiet_pydicom():
        try:
            slow = pydicom.dcmread(other, stop_before_pixels=True, force=True)
        except (
            NotImplementedError
        ):  # it reads into sequences at once and meets what is no value representation
            assert "NotImplementedError" in repr(mine)
            return mine, mine
        return mine, (other.tell(), str(slow.file_meta.get("TransferSyntaxUID")), level(slow, slowly))


def level(dataset: Dataset, opened: Opener) -> Read:
    """Tags, value representations and value bytes of a dataset and of the sequences in it."""
    return tuple((int(tag), *told(element, opened)) for tag, element in sorted(dataset.items()))


def told(element: Element, opened: Opener) -> Read:
    """One element, however it is held."""
    if element.tag == CHARACTER_SET:  # pydicom has looked at it already
        return (value_of(element, "CS").rstrip(b" \0"),)
    if not isinstance(element, RawDataElement):
        assert element.VR == "SQ"
        return ("SQ", tuple(level(item, opened) for item in element.value))
    if element.VR == "SQ":
        return ("SQ", opened(element))
    return (element.VR, element.value or b"")


def quickly(element: RawDataElement) -> Read:
    """The items as the quick reader gives them; where it does not, nothing is compared."""
    try:
        found = items(element.value or b"", element.is_implicit_VR)
    except Unusual:
        return slowly(element)
    return tuple(level(item, quickly) for item in found)


def slowly(element: RawDataElement) -> Read:
    """The items as pydicom gives them."""
    try:
        found = convert_SQ(element.value or b"", element.is_implicit_VR, element.is_little_endian)
    except Exception as error:
        return (type(error).__name__,)
    return tuple(level(item, slowly) for item in found)


def made() -> bytes:
    """A small file with sequences of both kinds of length in each other."""
    inner = Dataset()
    inner.PatientName = "Muster^Erika"
    inner.is_undefined_length_sequence_item = True
    outer = Dataset()
    outer.ReferencedImageSequence = [inner, Dataset()]
    outer["ReferencedImageSequence"].is_undefined_length = True
    header = instance()
    header.ReferencedStudySequence = [outer, inner]
    header.TextValue = "free" * 20
    return written(header)


MADE = made()


def test_the_real_files_are_read_as_pydicom_reads_them(scans: Path) -> None:
    quick = 0
    for path in sorted(path for path in scans.rglob("*") if path.is_file()):
        if (found := both(path.read_bytes())) is not None:
            quick += 1
            assert found[0] == found[1], path
    assert quick > 1500


def test_the_made_file_is_read_quickly() -> None:
    found = both(MADE)
    assert found is not None
    assert found[0] == found[1]
    assert "Muster^Erika" in repr(found[0])


@settings(max_examples=400, deadline=1000)
@given(st.lists(st.tuples(st.integers(132, len(MADE) - 1), st.integers(0, 255)), max_size=4), st.data())
def test_damaged_bytes_are_read_alike_or_left_to_pydicom(
    damage: list[tuple[int, int]], data: st.DataObject
) -> None:
    content = bytearray(MADE)
    for place, byte in damage:
        content[place] = byte
    end = data.draw(st.integers(132, len(MADE)) | st.just(len(MADE)))
    found = both(bytes(content[:end]))
    assert found is None or found[0] == found[1]


@pytest.mark.parametrize(
    "name", ["rtplan.dcm", "MR_small_implicit.dcm", "test-SR.dcm", "MR_small.dcm", "reportsi.dcm"]
)
def test_damaged_real_files_are_read_alike_or_left_to_pydicom(scans: Path, name: str) -> None:
    whole = (scans / "odd_pydicom" / "test_files" / name).read_bytes()
    chance = Random(name)
    alike = 0
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            content[chance.randrange(132, min(len(whole), 4000))] = chance.choice(
                (0, 1, 254, 255, 0x53, 0x51)
            )
        end = chance.choice((len(whole), len(whole), chance.randrange(132, len(whole))))
        found = both(bytes(content[:end]))
        assert found is None or found[0] == found[1]
        alike += found is not None
    assert alike > 10


@pytest.mark.parametrize("end", range(1, 12))
def test_a_file_that_ends_in_the_head_of_a_long_element_is_left_to_pydicom(end: int) -> None:
    head = struct.pack("<HH2sHL", 0x5200, 0x9229, b"SQ", 0, 8)
    with pytest.raises(Unusual):
        read_quickly(io.BytesIO(MADE + head[:end]))


def test_an_item_that_claims_four_gigabytes_ends_at_once() -> None:
    head = struct.pack("<HH2sHLHHL", 0x5200, 0x9229, b"SQ", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFF0)
    with pytest.raises(Unusual):
        read_quickly(io.BytesIO(MADE + head * 1000))
