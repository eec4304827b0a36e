"""Text in DICOM values: bytes to characters and back, in every Specific Character Set.

Strict where pydicom is lenient: bytes that do not fit the declared set are not text.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pydicom.dataset import Dataset

from cleanroom.errors import SetAside
from cleanroom.header import tables
from cleanroom.header.elements import value_of

CHARACTER_SET = 0x00080005
DEFAULT = ("",)
"""ISO_IR 6: what holds where nothing is declared."""
TEXT = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""Value representations whose characters (0008,0005) declares; all others are ASCII."""
_ALONE = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}
_TERM = re.compile(r"ISO[ _-]?(?P<ext>2022[ _-]?)?IR[ _-]?(?P<number>[0-9]{1,3})", re.I)
_LOOKS_DEFINED = re.compile(r"(ISO_IR|ISO 2022 IR|ISO-IR) ?[0-9]{1,3}|GB[A-Z0-9]{1,6}")
_ESCAPE = re.compile(rb"\x1b([$]\)[AC]|[$]\(D|[$]B|\([BJ]|\)I|-[A-Z]|-b)")


class _Half(NamedTuple):
    """One code element: the characters that an escape sequence brings into G0 or G1 (ISO 2022)."""

    codec: str
    low: bool
    escape: bytes


def terms_of(header: Dataset, inherited: tuple[str, ...] = DEFAULT) -> tuple[str, ...]:
    """The defined terms that hold in one dataset (PS3.3 C.12.1.1.2, PS3.5 section 7.5.3).

    Parameters
    ----------
    header
        The root or the item of a sequence; its stored bytes are read.
    inherited
        The terms of the dataset around it, which hold where it declares none.

    Raises
    ------
    SetAside
        When a term is not one of the standard's.
    """
    if CHARACTER_SET not in header:
        return inherited
    value = value_of(header.get_item(CHARACTER_SET), "CS").strip(b" \0")
    return _terms(value) if value else inherited


@lru_cache(maxsize=1024)
def _terms(value: bytes) -> tuple[str, ...]:
    return tuple(_term(part.strip(" \0")) for part in value.decode("latin-1").split("\\"))


def _term(written: str) -> str:
    term = written.upper()
    if not term or term in _ALONE:
        return term
    if term in ("ISO 2022 GBK", "ISO 2022 58"):
        return {"ISO 2022 GBK": "GBK", "ISO 2022 58": "ISO 2022 IR 58"}[term]
    match = _TERM.fullmatch(term)
    if match and match["number"] == "192":
        return "ISO_IR 192"
    if match and match["number"] in _sets():
        return f"ISO 2022 IR {match['number']}" if match["ext"] else f"ISO_IR {match['number']}"
    named = f"{written} " if _LOOKS_DEFINED.fullmatch(written) else ""
    raise SetAside(
        f"its character set {named}is none of the standard's: its texts cannot be read",
        "correct (0008,0005) Specific Character Set at the source",
    )


@lru_cache(maxsize=65536)
def decoded(value: bytes, terms: tuple[str, ...], vr: str) -> str | None:
    """The characters of a stored value, padding included; None when its bytes do not fit.

    Parameters
    ----------
    value
        All values of an element, with their backslashes.
    terms
        What `terms_of` returned.
    vr
        The value representation: ``^`` and ``=`` of a PN end a code extension (PS3.5 section 6.1.2.5.3).
    """
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    if vr not in TEXT:
        return None
    try:
        if terms[0] in _ALONE:
            return value.decode(_ALONE[terms[0]])
        return _unescaped(value, terms, _resets(vr))
    except (UnicodeDecodeError, _DoesNotFit):
        return None


@lru_cache(maxsize=8192)
def encoded(text: str, terms: tuple[str, ...], vr: str) -> bytes:
    """The bytes of a text: `decoded` gives the same text back.

    Parameters
    ----------
    text
        Characters of the declared sets; what none of them has becomes ``?``.
    terms
        What `terms_of` returned.
    vr
        As for `decoded`.
    """
    if text.isascii():
        return text.encode("ascii")
    if vr not in TEXT:
        return text.encode("ascii", "replace")
    if terms[0] in _ALONE:
        return text.encode(_ALONE[terms[0]], "replace")
    return _escaped(text, terms, _resets(vr))


class _DoesNotFit(Exception):
    """Bytes that the declared sets do not have."""


def _resets(vr: str) -> str:
    """Characters after which the sets of the first term hold again (PS3.5 section 6.1.2.5.3)."""
    if vr == "PN":
        return "\n\f\r\t\\^="
    return "\n\f\r\t\\" if vr in ("LO", "SH", "UC") else "\n\f\r\t"


@cache
def _sets() -> dict[str, _Half]:
    return {
        row["number"]: _Half(row["codec"], row["half"] == "G0", b"\x1b" + row["escape"].encode())
        for row in tables.rows("character_sets.tsv")
    }


@cache
def _declared(terms: tuple[str, ...]) -> tuple[_Half, ...]:
    """The code elements in the order of the terms, ASCII first."""
    sets = _sets()
    numbers = [term.rsplit(" ", 1)[-1] for term in terms if term and term not in _ALONE]
    extra = ["14"] if "13" in numbers else []
    return tuple(dict.fromkeys(sets[number] for number in ("6", *numbers, *extra)))


@cache
def _initial(terms: tuple[str, ...]) -> tuple[_Half, _Half | None]:
    """G0 and G1 at the beginning of a value: those of the first term."""
    number = terms[0].rsplit(" ", 1)[-1] or "6"
    first = _sets()[number]
    return _sets()["14" if number == "13" else "6"], None if first.low else first


def _unescaped(value: bytes, terms: tuple[str, ...], resets: str) -> str:
    known = {half.escape: half for half in _declared(terms)}
    low, high = start = _initial(terms)
    text: list[str] = []
    place = 0
    while place < len(value):
        if value[place] == 0x1B:
            escape = _ESCAPE.match(value, place)
            half = known.get(escape[0]) if escape else None
            if escape is None or half is None:
                raise _DoesNotFit
            low, high = (half, high) if half.low else (low, half)
            place = escape.end()
            continue
        character, place = _next(value, place, low, high)
        text.append(character)
        if character in resets and (low.codec == "ascii" or character < " "):
            low, high = start
    return "".join(text)


def _next(value: bytes, place: int, low: _Half, high: _Half | None) -> tuple[str, int]:
    byte = value[place]
    half = high if byte > 0x7F else low
    if half is None or 0x80 <= byte < 0xA0:
        raise _DoesNotFit
    if byte <= 0x20 or half.codec == "ascii":
        return chr(byte), place + 1
    wide = half.codec in ("jis0208", "jis0212", "euc_kr", "gb2312")
    end = place + 1 + wide
    return _character(half, value[place:end]), end


@lru_cache(maxsize=16384)
def _character(half: _Half, code: bytes) -> str:
    if half.codec.startswith("jis"):
        if max(code) > 0x7F:
            raise _DoesNotFit
        lead = b"\x8f" if half.codec == "jis0212" else b""
        return (lead + bytes(byte | 0x80 for byte in code)).decode("euc_jp")
    return code.decode(half.codec)


@lru_cache(maxsize=16384)
def _code(half: _Half, character: str) -> bytes | None:
    """The bytes of a character in one code element, or None."""
    if half.codec == "ascii":
        return character.encode() if character.isascii() else None
    codec = "euc_jp" if half.codec.startswith("jis") else half.codec
    try:
        code = character.encode(codec)
    except UnicodeEncodeError:
        return None
    if half.codec == "jis0208":
        return bytes(byte & 0x7F for byte in code) if len(code) == 2 and code[0] != 0x8E else None
    if half.codec == "jis0212":
        return bytes(byte & 0x7F for byte in code[1:]) if len(code) == 3 else None
    if half.codec == "shift_jis" and len(code) != 1:
        return None
    return code if code[0] >= 0xA0 else None


def _escaped(text: str, terms: tuple[str, ...], resets: str) -> bytes:
    low, high = start = _initial(terms)
    result = bytearray()
    for character in text:
        if character.isascii():
            result += b"" if low == start[0] else start[0].escape
            result += character.encode()
            low, high = start[0], start[1] if character in resets else high
            continue
        half, code = _chosen(character, terms, low, high)
        if half not in (low, high) and half.codec != "ascii":
            result += half.escape
            low, high = (half, high) if half.low else (low, half)
        result += code
    return bytes(result + (b"" if low == start[0] else start[0].escape))


def _chosen(character: str, terms: tuple[str, ...], low: _Half, high: _Half | None) -> tuple[_Half, bytes]:
    """The code element for a character, the active ones first."""
    for half in (low, high, *_declared(terms)):
        if half and (code := _code(half, character)) is not None:
            return half, code
    return _sets()["6"], b"?"
