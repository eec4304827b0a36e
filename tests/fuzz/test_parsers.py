"""The parsers of our own on damaged bytes: they give what they promise, or refuse, and never hang."""

import time
from random import Random

import pytest

from cleanroom.files.structure import Foreign, rest
from cleanroom.verify.header import Header
from fuzz.files import broken, whole
from fuzz.targets import TARGETS, beginnings

TRIES = 400


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_bytes(name: str) -> None:
    chance = Random(name)
    starts = beginnings()[name]
    for _ in range(TRIES):
        data = broken(chance.choice(starts), chance)
        started = time.process_time()
        TARGETS[name](data)
        assert time.process_time() - started < 5


def test_a_released_picture_that_claims_too_many_pixels_is_refused() -> None:
    """Found by atheris: Pillow has an error of its own for it."""
    data = whole("TIFF", (9, 7))[1]
    width = next(data[at : at + 8] for at in range(len(data)) if data[at : at + 2] == b"\x00\x01")
    assert int.from_bytes(data[data.index(width) + 8 : data.index(width) + 12], "little") == 7
    lying = data.replace(width + (7).to_bytes(4, "little"), width + (1 << 28).to_bytes(4, "little"))
    with pytest.raises(Foreign):
        rest(lying, "tif")


def test_a_released_picture_with_a_strip_beyond_its_end_is_refused() -> None:
    """Found by atheris: two gigabytes were written over a strip that does not exist."""
    data = whole("TIFF", (9, 7))[1]
    size = (9 * 7 * 3).to_bytes(4, "little")
    at = data.index(b"\x17\x01") + 8
    assert data[at : at + 4] == size
    with pytest.raises(Foreign, match="strip"):
        rest(data[:at] + (1 << 31).to_bytes(4, "little") + data[at + 4 :], "tif")


def test_an_element_whose_length_lies_beyond_its_item() -> None:
    sequence = b"\x40\0\x30\xa7SQ\0\0\xff\xff\xff\xff"
    item = b"\xfe\xff\0\xe0\x08\0\0\0" + b"\x40\0\x60\xa1UT\0\0" + b"\x04\0\0\0"
    found = Header(bytes(128) + b"DICM" + sequence + item)
    assert found.faults
    assert all(element.start <= element.stop for element in found.elements)
