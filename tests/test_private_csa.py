"""Siemens CSA headers: rebuilt from their reviewed fields."""

import re
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from private_cleaning import instances

from cleanroom.clean.private.ascconv import rebuilt_protocol
from cleanroom.clean.private.csa import BrokenCsa, Field, read_csa, write_csa
from cleanroom.clean.private.rebuilt import rebuilt_csa
from cleanroom.header.elements import value_of

with warnings.catch_warnings(action="ignore"):  # it calls itself experimental
    from nibabel.nicom import csareader

IMAGE, SERIES = 0x00291010, 0x00291020
PHOENIX = b"""<XProtocol> { <Name> "Doe" }
### ASCCONV BEGIN ###
tSequenceFileName\t = \t""%SiemensSeq%\\ep2d_diff""
tProtocolName\t = \t""Dr Who special for Doe""
sWipMemBlock.tFree\t = \t""written by Doe""
sSliceArray.ucMode\t = \t0x2
alTE[0]\t = \t30000 # Doe
alTR[0]\t = \tDoe
sProtConsistencyInfo.tSystemType\t = \t""092""
sGRADSPEC.asGPAData[0].lOffsetX\t = \t-856
sTXSPEC.Doe\t = \t17
### ASCCONV END ###
Doe"""


def _nobody(_: bytes) -> bool:
    return False


def _header() -> bytes:
    return write_csa(
        [
            Field("NumberOfImagesInMosaic", "US", 1, (b"12", b"", b"", b"", b"", b"")),
            Field("SliceNormalVector", "FD", 3, (b"0.5", b"-0.1", b"0.99", b"", b"", b"")),
            Field("B_value", "IS", 1, (b"Doe",)),
            Field("DiffusionGradientDirection", "FD", 3, (b"1.0", b"Doe", b"0.0")),
            Field("UsedPatientWeight", "IS", 1, (b"60",)),
            Field("PatReinPattern", "ST", 1, (b"1;HFS;60.00;26.28;3;0;2;872014049",)),
            Field("MrPhoenixProtocol", "UN", 1, (PHOENIX,)),
            Field("Doe^Jane", "LO", 1, (b"Doe",)),
        ]
    )


def _fields(content: bytes | None) -> dict[str, tuple[bytes, ...]]:
    assert content is not None
    return {field.name: field.items for field in read_csa(content)}


@pytest.fixture(scope="session")
def csa_headers(scans: Path) -> list[bytes]:
    """Image and series headers of a T1, a T2 and two mosaics of a Siemens Trio."""
    return [
        value_of(dataset.get_item(tag), "OB")
        for _, dataset in list(instances(scans / "mr_siemens_trio_t1_t2_face"))[::20]
        for tag in (IMAGE, SERIES)
    ]


def test_reviewed_fields_stay_and_others_go() -> None:
    kept = _fields(rebuilt_csa(_header(), _nobody))

    assert list(kept) == ["NumberOfImagesInMosaic", "SliceNormalVector", "MrPhoenixProtocol"]
    assert kept["SliceNormalVector"] == (b"0.5", b"-0.1", b"0.99", b"", b"", b"")


def test_of_the_protocol_only_reviewed_parameters_stay() -> None:
    protocol = _fields(rebuilt_csa(_header(), _nobody))["MrPhoenixProtocol"][0]

    assert protocol.split(b"\n") == [
        b"<XProtocol>",
        b"### ASCCONV BEGIN ###",
        b'tSequenceFileName\t = \t""%SiemensSeq%\\ep2d_diff""',
        b"sSliceArray.ucMode\t = \t0x2",
        b"alTE[0]\t = \t30000",
        b"sGRADSPEC.asGPAData[0].lOffsetX\t = \t-856",
        b"### ASCCONV END ###",
    ]


def test_a_reviewed_text_that_names_the_patient_goes() -> None:
    rebuilt = rebuilt_csa(_header(), lambda value: b"diff" in value)

    assert b"ep2d_diff" not in (rebuilt or b"")


def test_the_first_form_is_read_too_and_written_as_the_second() -> None:
    name = b"NumberOfImagesInMosaic".ljust(64, b"\0")
    field = struct.pack("<64si4s3i", name, 1, b"US\0\0", 10, 6, 77)
    items = struct.pack("<4i", 9, 0, 77, 0) + b"12\0\0" + struct.pack("<4i", 6, 0, 77, 0) * 5
    first = struct.pack("<2i", 1, 77) + field + items

    assert _fields(rebuilt_csa(first, _nobody))["NumberOfImagesInMosaic"][0] == b"12"


def test_the_bytes_between_the_fields_are_zero(csa_headers: list[bytes]) -> None:
    for header in csa_headers:
        rebuilt = rebuilt_csa(header, _nobody)
        assert rebuilt is not None
        assert rebuilt == write_csa(read_csa(rebuilt)) == rebuilt_csa(rebuilt, _nobody)


def test_another_reader_finds_the_same_values(csa_headers: list[bytes]) -> None:
    for header in csa_headers:
        rebuilt = csareader.read(rebuilt_csa(header, _nobody))["tags"]
        original = csareader.read(header)["tags"]
        for name in set(rebuilt) - {"MrPhoenixProtocol"}:
            assert rebuilt[name]["items"] == original[name]["items"], name


def test_no_uid_serial_date_or_weight_of_a_real_header_stays(csa_headers: list[bytes]) -> None:
    for header in csa_headers:
        rebuilt = rebuilt_csa(header, _nobody) or b""
        for identity in (b"35235", b"1.3.12", b"20120414", b"PatientWeight", b"872014049", b"HFS;60"):
            assert identity not in rebuilt
        words = set(re.findall(rb'""([^"]+)""', rebuilt))
        assert all(word.startswith((b"%", b"N4_VB17A", b"32Ch_Head")) for word in words), words


def test_of_a_real_protocol_of_a_newer_scanner_only_codes_and_numbers_stay(scans: Path) -> None:
    protocols = set()
    for path, _ in instances(scans / "mr_siemens_xa30_enhanced_face"):
        content = path.read_bytes()
        start = content.find(b"### ASCCONV BEGIN")
        if start >= 0:
            protocols.add(rebuilt_protocol(content[start:], _nobody) or b"")

    words = {word for protocol in protocols for word in re.findall(rb'""([^"]+)""', protocol)}
    assert len(protocols) > 2
    assert not any(b"1.3.12" in protocol or b"67093" in protocol for protocol in protocols)
    assert words == {
        b"%CustomerSeq%\\cmrr_mbep2d_diff",
        b"%SiemensSeq%\\ep2d_asl",
        b"%SiemensSeq%\\gre_field_mapping",
        b"%SiemensSeq%\\tfl",
        b"HC1-6",
        b"HC1-7;NC1",
        b"HeadNeck_64",
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"SV10", b"SV10\4\3\2\1\1\0\0\0M\0\0\0", b"SOM 5" * 40, _header()[:-9], b"\0" * 400, b"\xff" * 400],
)
def test_a_header_that_is_broken_goes(content: bytes) -> None:
    assert rebuilt_csa(content, _nobody) is None


def test_a_count_of_items_that_no_file_could_hold_is_not_believed() -> None:
    field = struct.pack("<64si4s3i", b"B_value", 1, b"IS\0\0", 6, 2**31 - 1, 77)
    with pytest.raises(BrokenCsa):
        list(read_csa(b"SV10\4\3\2\1" + struct.pack("<2i", 1, 77) + field))


@st.composite
def _damaged(draw: Callable[[st.SearchStrategy[int]], int]) -> bytes:
    content = bytearray(_header())
    for _ in range(draw(st.integers(1, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)))])


@given(_damaged())
@settings(max_examples=300)
def test_a_damaged_header_gives_reviewed_fields_or_nothing(content: bytes) -> None:
    rebuilt = rebuilt_csa(content, _nobody)

    assert rebuilt is None or b"Doe" not in rebuilt
    assert rebuilt is None or rebuilt_csa(rebuilt, _nobody) == rebuilt


@given(st.binary(max_size=600), st.booleans())
def test_any_bytes_give_reviewed_fields_or_nothing(content: bytes, marked: bool) -> None:
    rebuilt_csa((b"SV10\4\3\2\1" if marked else b"") + content, _nobody)
