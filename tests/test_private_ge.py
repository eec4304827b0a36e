"""GE protocol data blocks and user defined data: rebuilt from what is reviewed."""

import gzip
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanroom.clean.private.ge import rebuilt_protocol_block, rebuilt_user_data

BLOCK = b"""ENTRY "Head First"
SEDESC "knee of Doe"
PSEQ "SPGR"
IOPT "EDR, Fast, IrP, Asset"
SLICEORDER "1"
VIEWORDER "1"
NOTES ".pn/_Doe"
MBACCEL "Doe"
NOSLC "1"
"""


def _nobody(_: bytes) -> bool:
    return False


def _block(text: bytes) -> bytes:
    stream = gzip.compress(text, mtime=0)
    return struct.pack("<L", len(stream)) + stream


def _text(block: bytes | None) -> bytes:
    assert block is not None
    return gzip.decompress(block[4 : 4 + struct.unpack("<L", block[:4])[0]])


def test_of_a_protocol_block_only_reviewed_parameters_stay() -> None:
    kept = _text(rebuilt_protocol_block(_block(BLOCK), _nobody))

    assert kept.split(b"\n")[1:] == [
        b'PSEQ "SPGR"',
        b'IOPT "EDR, Fast, IrP, Asset"',
        b'SLICEORDER "1"',
        b'VIEWORDER "1"',
        b'NOSLC "1"',
    ]


def test_a_protocol_block_is_rebuilt_to_the_same_bytes() -> None:
    once = rebuilt_protocol_block(_block(BLOCK), _nobody)

    assert once == rebuilt_protocol_block(once or b"", _nobody)


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 40, _block(b""), _block(BLOCK)[:30], _block(b'SEDESC "Doe"')]
)
def test_a_protocol_block_without_reviewed_parameters_goes(content: bytes) -> None:
    assert rebuilt_protocol_block(content, _nobody) is None


def test_a_protocol_block_that_inflates_without_end_is_cut() -> None:
    rebuilt_protocol_block(_block(bytes(1 << 24)), _nobody)


@given(st.binary(max_size=200))
def test_any_bytes_in_a_stream_give_a_block_or_nothing(text: bytes) -> None:
    rebuilt_protocol_block(_block(text), _nobody)
    rebuilt_protocol_block(text, _nobody)


@pytest.mark.parametrize(("version", "polarity", "epi"), [(16.0, 0x30, 0x3A), (27.0, 0x7C, 0x86)])
def test_of_user_data_only_the_direction_of_phase_encoding_stays(
    version: float, polarity: int, epi: int
) -> None:
    data = bytearray(b"Doe " * 900)
    struct.pack_into("<H", data, 24, 1544)
    struct.pack_into("<f", data, 1544, version)
    struct.pack_into("<H", data, 1544 + polarity, 0xFFFF)
    struct.pack_into("<H", data, 1544 + epi, 0xFFFF)

    kept = rebuilt_user_data(bytes(data))

    assert kept is not None
    places = {place for place, byte in enumerate(kept) if byte} - {24, 25, *range(1544, 1548)}
    assert places == {1544 + polarity, 1544 + epi + 1}
    assert struct.unpack_from("<H", kept, 1544 + polarity) == (4,)
    assert struct.unpack_from("<H", kept, 1544 + epi) == (0x800,)


@pytest.mark.parametrize("content", [b"", bytes(100), bytes(4000), b"\xff" * 4000])
def test_user_data_of_no_known_version_goes(content: bytes) -> None:
    assert rebuilt_user_data(content) is None
