"""What identifies in the originals of a study: harvested with the gate's own tag list."""

import re
import unicodedata
from dataclasses import dataclass, field

from pydicom._uid_dict import UID_dictionary
from pydicom.charset import convert_encodings, decode_bytes

from cleanroom.header import pydicom_sets
from cleanroom.verify import tables
from cleanroom.verify.header import Element, Header

pydicom_sets.complete()
SHORTEST = 4
"""Characters: what is shorter identifies nobody by itself, and is found everywhere."""
CHARACTER_SET = 0x00080005
RETAIN_UIDS, RETAIN_DATES = "113110", "113106"
_DELIMITERS = {ord(letter) for letter in "\\^=\r\n\t\f"}
_KINDS = {"id": "identifier", "phone": "identifier", "description": "text"}
_WORDS = re.compile(r"[^\W\d_]+|\d+")


def words(text: str) -> tuple[str, ...]:
    """Runs of letters and runs of digits, in a form in which case and accents' encoding do not matter."""
    return tuple(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def plain(text: str) -> str:
    """A text for comparison: one case, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass
class Vocabulary:
    """The identifying values of a study (they never leave memory).

    Attributes
    ----------
    names
        Words and whole names of persons.
    numbers
        Identifiers that are digits only.
    phrases
        Everything else → what it is: ``identifier``, ``place``, ``device`` or ``text``.
    uids
        UIDs that are not registered.
    dates
        (tag, ``YYYYMMDD``).
    raw
        Values in non-ASCII character sets, byte for byte.
    retained
        Technical values that stay, and that a place, device or description may equal by chance.
    options
        Codes of the options in force: what one of them retains is not harvested.
    kept
        Tags that the user's profile keeps word for word: not harvested either.
    """

    names: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    phrases: dict[str, str] = field(default_factory=dict)
    uids: set[bytes] = field(default_factory=set)
    dates: set[tuple[int, str]] = field(default_factory=set)
    raw: set[bytes] = field(default_factory=set)
    retained: set[str] = field(default_factory=set)
    options: frozenset[str] = frozenset()
    kept: frozenset[int] = frozenset()
    _seen: set[tuple[int, bytes]] = field(default_factory=set)

    def harvest(self, header: Header) -> None:
        """Add what identifies in one original."""
        classes, retained, table = tables.tags("classes"), tables.tags("retained"), tables.identifying()
        encodings = _encodings(header.text(CHARACTER_SET).encode("latin-1"))
        for element in header.elements:
            tag, vr = element.tag, element.vr
            if tag == CHARACTER_SET:
                encodings = _encodings(header.value(element))
            if tag in self.kept:
                continue
            if vr == "UI":
                if tag not in classes and RETAIN_UIDS not in self.options:
                    self._uid(header.value(element))
            elif vr in ("PN", "DA", "DT") or tag in table or tag in retained:
                self._once(element, header.value(element), encodings)

    def _once(self, element: Element, value: bytes, encodings: list[str]) -> None:
        value = value.strip(b"\0 ")
        if (element.tag, value) in self._seen or len(value) < SHORTEST:
            return
        self._seen.add((element.tag, value))
        if element.vr in ("DA", "DT"):
            if RETAIN_DATES not in self.options:
                self._date(element.tag, value)
            return
        text = decode_bytes(value, encodings, _DELIMITERS)
        row = tables.identifying().get(element.tag)
        kind = row.kind if row else "person" if element.vr == "PN" else "retained"
        if kind == "retained":
            self.retained |= {plain(part) for part in text.split("\\")}
        elif kind != "-" and not (row and row.unless & self.options):
            self._value(kind, text)
            if not value.isascii():
                self.raw |= {part for part in re.split(rb"[\\^=]", value) if len(part) >= SHORTEST}

    def _value(self, kind: str, text: str) -> None:
        if kind == "person":
            for name in re.split(r"[\\=]", text):
                self.names.add(plain(name.replace("^", " ")))
                self.names |= {plain(part) for part in name.split("^")}
                self.names |= {word for word in words(name) if not word.isdigit()}
            return
        shortest = 8 if kind in ("text", "description") else SHORTEST
        for part in re.split(r"[\\\r\n]", text):
            found = words(part)
            whole = plain(part)
            if len(found) == 1 and found[0].isdigit():
                self.numbers.add(found[0])
            elif len(whole) >= shortest and (shortest == SHORTEST or len(found) > 1):
                self.phrases.setdefault(whole, _KINDS.get(kind, kind))

    def _uid(self, value: bytes) -> None:
        for part in value.split(b"\\"):
            uid = part.strip(b"\0 ")
            registered = uid.startswith(b"1.2.840.10008.") or uid.decode("latin-1") in UID_dictionary
            if uid.count(b".") >= 3 and not registered:
                self.uids.add(uid)

    def _date(self, tag: int, value: bytes) -> None:
        for part in value.decode("latin-1").replace(".", "").split("\\"):
            day = part.strip()[:8]
            if len(day) == 8 and day.isdigit():
                self.dates.add((tag, day))


def _encodings(value: bytes) -> list[str]:
    terms = [term.strip() for term in value.decode("latin-1").strip("\0 ").split("\\")]
    try:
        return list(convert_encodings(terms if any(terms) else ["ISO_IR 6"]))
    except LookupError:
        return ["latin-1"]
