"""Situations: texts in every character set of the standard, read strictly and written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanroom.errors import SetAside
from cleanroom.header.charset import DEFAULT, decoded, encoded, terms_of
from cleanroom.header.elements import dataset, stored

EXAMPLES = [  # PS3.5 Annex H, I, J, K, L and PS3.3 C.12.1.1.2
    (
        ("", "ISO 2022 IR 87"),
        b"Yamada^Tarou=\033$B;3ED\033(B^\033$BB@O:\033(B=\033$B$d$^$@\033(B^\033$B$?$m$&\033(B",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
    ),
    (
        ("ISO 2022 IR 13", "ISO 2022 IR 87"),
        b"\324\317\300\336^\300\333\263=\033$B;3ED\033(J^\033$BB@O:\033(J=\033$B$d$^$@\033(J^\033$B$?$m$&\033(J",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ),
    (
        ("", "ISO 2022 IR 149"),
        b"Hong^Gildong=\033$)C\373\363^\033$)C\321\316\324\327=\033$)C\310\253^\033$)C\261\346\265\277",
        "Hong^Gildong=洪^吉洞=홍^길동",
    ),
    (
        ("", "ISO 2022 IR 58"),
        b"Zhang^XiaoDong=\033$)A\325\305^\033$)A\320\241\266\253=",
        "Zhang^XiaoDong=张^小东=",
    ),
    (("ISO_IR 192",), "Wang^XiaoDong=王^小東=".encode(), "Wang^XiaoDong=王^小東="),
    (("GB18030",), b"Wang^XiaoDong=\315\365^\320\241\266\253=", "Wang^XiaoDong=王^小东="),
    (("GBK",), b"Wang^XiaoDong=\315\365^\320\241\266\253=", "Wang^XiaoDong=王^小东="),
    (("ISO_IR 100",), b"Buc^J\351r\364me", "Buc^Jérôme"),
    (("ISO_IR 144",), b"\273\356\332\341\325\334\321\343\340\323", "Люксембург"),
    (("ISO_IR 127",), b"\342\310\307\346", "\u0642\u0628\u0627\u0646"),
    (("ISO_IR 126",), b"\304\351\357\355\365\363\351\357\362", "Διονυσιος"),
    (("ISO_IR 138",), b"\371\370\345\357^\343\341\345\370\344", "שרון^דבורה"),
    (("ISO_IR 166",), b"\312\301\252\322\302", "สมชาย"),
    (("ISO_IR 203",), b"\244", "€"),
]
SETS = [
    ("ISO_IR 100",), ("ISO_IR 101",), ("ISO_IR 109",), ("ISO_IR 110",), ("ISO_IR 144",), ("ISO_IR 127",),
    ("ISO_IR 126",), ("ISO_IR 138",), ("ISO_IR 148",), ("ISO_IR 203",), ("ISO_IR 13",), ("ISO_IR 166",),
    ("ISO_IR 192",), ("GB18030",), ("GBK",), ("", "ISO 2022 IR 87", "ISO 2022 IR 159"),
    ("ISO 2022 IR 13", "ISO 2022 IR 87"), ("", "ISO 2022 IR 149"), ("", "ISO 2022 IR 58"),
    ("ISO 2022 IR 100", "ISO 2022 IR 144", "ISO 2022 IR 126"),
]  # fmt: skip
PIECES = "Müller^Łódź=Ğül\\Иван Ωμέγα שרון สมชาย 山田 ﾔﾏ 홍길 张東 ا\r\nA-1"


@pytest.mark.parametrize(("terms", "value", "text"), EXAMPLES)
def test_the_examples_of_the_standard_are_read_and_written_back(
    terms: tuple[str, ...], value: bytes, text: str
) -> None:
    read = decoded(value, terms, "PN")
    assert read == text
    assert decoded(encoded(read, terms, "PN"), terms, "PN") == read


@pytest.mark.parametrize(
    ("terms", "value"),
    [
        (DEFAULT, b"M\374ller"),
        (("ISO_IR 192",), b"M\374ller"),
        (("ISO_IR 100",), b"\x93quoted\x94"),
        (("ISO_IR 100",), b"\033$B;3ED\033(B"),
        (("", "ISO 2022 IR 87"), b"\033$B;3E"),
        (("", "ISO 2022 IR 149"), b"\373\363"),
        (("GB18030",), b"\x81"),
        (DEFAULT, b"\033[31m"),
    ],
)
def test_bytes_that_do_not_fit_are_no_text(terms: tuple[str, ...], value: bytes) -> None:
    assert decoded(value, terms, "LO") is None


def test_a_code_string_is_ascii_whatever_is_declared() -> None:
    assert decoded(b"Kopf", ("ISO_IR 192",), "CS") == "Kopf"
    assert decoded("Schädel".encode(), ("ISO_IR 192",), "CS") is None


@pytest.mark.parametrize("terms", SETS)
@given(st.text(st.sampled_from(PIECES), max_size=12))
def test_a_text_of_declared_characters_comes_back(terms: tuple[str, ...], text: str) -> None:
    fitting = "".join(c for c in text if c == "?" or encoded(c, terms, "PN") != b"?")
    for vr in ("PN", "LO", "LT"):
        assert decoded(encoded(fitting, terms, vr), terms, vr) == fitting


@given(st.binary(max_size=20), st.sampled_from(SETS))
def test_what_was_read_is_written_so_that_it_reads_the_same(value: bytes, terms: tuple[str, ...]) -> None:
    text = decoded(value, terms, "LO")
    if text is not None:
        assert decoded(encoded(text, terms, "LO"), terms, "LO") == text


def test_a_part_of_a_japanese_value_can_be_written() -> None:
    terms = ("", "ISO 2022 IR 87")
    text = decoded(b"CT \033$B;3ED\033(B head", terms, "LO")
    assert text == "CT 山田 head"
    assert encoded(text[:4], terms, "LO") == b"CT \033$B;3\033(B"


def test_an_item_inherits_its_characters_or_declares_its_own() -> None:
    item = dataset()
    assert terms_of(item, ("ISO_IR 100",)) == ("ISO_IR 100",)
    item[0x00080005] = stored(0x00080005, "CS", b"")  # type: ignore[assignment]
    assert terms_of(item, ("ISO_IR 100",)) == ("ISO_IR 100",)
    item[0x00080005] = stored(0x00080005, "CS", b"\\iso-ir 87 ")  # type: ignore[assignment]
    assert terms_of(item) == ("", "ISO_IR 87")


@pytest.mark.parametrize(("value", "named"), [(b"ISO_IR 999", True), (b"SMITH^JOHN", False)])
def test_an_unknown_term_sets_aside_and_repeats_no_value(value: bytes, named: bool) -> None:
    header = dataset()
    header[0x00080005] = stored(0x00080005, "CS", value)  # type: ignore[assignment]
    with pytest.raises(SetAside) as caught:
        terms_of(header, DEFAULT)
    assert (value.decode() in caught.value.reason) is named
