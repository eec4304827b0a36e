"""Private blocks: found by their creator, wherever they lie."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from private_cleaning import Walk
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cleanroom.clean.private import PrivateRules, clean_private
from cleanroom.errors import StopRun
from cleanroom.header.elements import stored

PHILIPS = "Philips Imaging DD 001"


def _dataset(*elements: RawDataElement) -> Dataset:
    return Dataset({element.tag: element for element in elements})


def _cleaned(source: Dataset, rules: PrivateRules | None = None, **walk: object) -> dict[int, bytes]:
    rules = rules or PrivateRules()
    kept = clean_private(source, rules, Walk(rules=rules, **walk))  # type: ignore[arg-type]
    return {int(tag): element.value for tag, element in kept.items()}


@pytest.mark.parametrize("block", [0x10, 0x11, 0x42, 0xFF])
def test_a_listed_element_stays_in_whatever_block_it_lies(block: int) -> None:
    creator = stored(0x20010000 | block, "LO", PHILIPS.encode())
    b_value = stored(0x20010003 | block << 8, "FL", struct.pack("<f", 1000))
    secret = stored(0x200100C8 | block << 8, "LO", b"20210902_MR61_MPRAGE")

    kept = _cleaned(_dataset(creator, b_value, secret), keeps_text=True)

    assert kept == {creator.tag: creator.value, b_value.tag: b_value.value}


def test_two_blocks_of_one_group_keep_their_own_creators() -> None:
    source = _dataset(
        stored(0x20010010, "LO", b"Philips Imaging DD 002 "),
        stored(0x20010011, "LO", PHILIPS.encode()),
        stored(0x20011003, "FL", struct.pack("<f", 1)),  # DD 002: an enumeration, listed by the standard
        stored(0x200110C8, "LO", b"not listed"),
        stored(0x20011103, "FL", struct.pack("<f", 2)),
    )

    assert list(_cleaned(source)) == [0x20010010, 0x20010011, 0x20011003, 0x20011103]


@pytest.mark.parametrize(
    "creator", ["philips imaging dd 001", "Philips Imaging DD 0011", "Somebody^Else", ""]
)
def test_a_block_of_another_creator_goes_with_its_creator(creator: str) -> None:
    source = _dataset(
        stored(0x20010010, "LO", creator.encode()), stored(0x20011003, "FL", struct.pack("<f", 1))
    )

    assert _cleaned(source) == {}


def test_a_block_without_creator_goes() -> None:
    source = _dataset(
        stored(0x20010010, "LO", PHILIPS.encode()), stored(0x20011103, "FL", struct.pack("<f", 1))
    )

    assert _cleaned(source) == {}


@pytest.mark.parametrize("tag", [0x20010003, 0x20010100, 0x20010FFF, 0x20010001])
def test_elements_outside_of_every_block_go(tag: int) -> None:
    source = _dataset(stored(0x20010010, "LO", PHILIPS.encode()), stored(tag, "LO", b"Doe^Jane"))

    assert _cleaned(source, keeps_text=True) == {}


def test_a_creator_padded_with_spaces_is_the_same_creator() -> None:
    source = _dataset(
        stored(0x20010010, "LO", b"  Philips Imaging DD 001  "),
        stored(0x20011003, "FL", struct.pack("<f", 1)),
    )

    assert _cleaned(source)[0x20010010] == PHILIPS.encode()


def test_private_elements_inside_a_private_sequence_are_cleaned_too() -> None:
    item = struct.pack("<HHL", 0x2001, 0x10, len(PHILIPS)) + PHILIPS.encode()
    item += struct.pack("<HHLH", 0x2001, 0x102D, 2, 170)
    item += struct.pack("<HHL", 0x2001, 0x10C8, 8) + b"Doe^Jane"
    content = struct.pack("<HHL", 0xFFFE, 0xE000, len(item)) + item
    unknown = RawDataElement(BaseTag(0x2001105F), "UN", len(content), content, 0, False, True)
    walk = Walk(keeps_text=True)

    kept = clean_private(_dataset(stored(0x20010010, "LO", PHILIPS.encode()), unknown), PrivateRules(), walk)

    inner = kept[BaseTag(0x2001105F)].value[0]
    assert sorted(inner.keys()) == [0x20010010, 0x2001102D]
    assert inner.get_item(0x2001102D).value == struct.pack("<H", 170)


def test_of_a_cut_sequence_nothing_stays() -> None:
    content = struct.pack("<HHL", 0xFFFE, 0xE000, 400) + b"short"
    broken = RawDataElement(BaseTag(0x2001105F), "UN", len(content), content, 0, False, True)

    kept = _cleaned(_dataset(stored(0x20010010, "LO", PHILIPS.encode()), broken))

    assert not any(kept[0x2001105F])  # type: ignore[call-overload]


@pytest.mark.parametrize("vr", [None, "UN"])
def test_a_value_without_representation_takes_the_one_of_the_dictionary(vr: str | None) -> None:
    value = struct.pack("<f", 1000)
    element = RawDataElement(BaseTag(0x20011003), vr, 4, value, 0, vr is None, True)
    source = _dataset(stored(0x20010010, "LO", PHILIPS.encode()), element)

    kept = clean_private(source, PrivateRules(), Walk())

    assert kept[BaseTag(0x20011003)] == stored(0x20011003, "FL", value)


ACME = "ACME 1.0"


def _acme() -> Dataset:
    return _dataset(
        stored(0x00330012, "LO", ACME.encode()),
        stored(0x00331210, "DS", b"1.5 "),
        stored(0x00331211, "OB", b"\1\2"),
        stored(0x00331212, "PN", b"Doe^Jane"),
    )


def test_a_creator_named_in_the_config_keeps_what_is_named() -> None:
    assert list(_cleaned(_acme(), PrivateRules({ACME: ["xx10"]}))) == [0x00330012, 0x00331210]
    assert list(_cleaned(_acme(), PrivateRules({ACME: ["0033,xx11"]}))) == [0x00330012, 0x00331211]
    assert _cleaned(_acme(), PrivateRules({ACME: ["0035,xx11"]})) == {}
    assert _cleaned(_acme(), PrivateRules({ACME: ["XX10"]})) == _cleaned(
        _acme(), PrivateRules({ACME: "xx10"})
    )


def test_a_creator_kept_as_a_whole_keeps_neither_bytes_nor_names() -> None:
    assert list(_cleaned(_acme(), PrivateRules({ACME: "keep"}))) == [0x00330012, 0x00331210]


def test_named_bytes_go_when_an_identity_is_in_them() -> None:
    rules = PrivateRules({ACME: ["xx11"]})

    assert _cleaned(_acme(), rules, identities=(b"\2",)) == {}


def test_a_wrong_element_in_the_config_names_the_fix() -> None:
    with pytest.raises(StopRun, match="0019,xx10"):
        PrivateRules({ACME: ["10"]})


@given(
    st.dictionaries(
        st.integers(0x0009, 0x00FF).flatmap(
            lambda group: st.integers(0, 0xFFFF).map(lambda number: (group * 2 + 1) << 16 | number)
        ),
        st.tuples(st.sampled_from(["UN", "LO", "OB", "SQ", "FD", "DS", None]), st.binary(max_size=24)),
        max_size=12,
    )
)
def test_bytes_of_any_kind_neither_raise_nor_stay_without_a_reviewed_creator(
    content: dict[int, tuple[str | None, bytes]],
) -> None:
    source = _dataset(
        *(
            RawDataElement(BaseTag(tag), vr, len(value), value, 0, vr is None, True)
            for tag, (vr, value) in content.items()
        )
    )

    assert clean_private(source, PrivateRules(), Walk(keeps_text=True)) == {}
