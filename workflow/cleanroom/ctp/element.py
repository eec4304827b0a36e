"""An element that a script names, and what becomes of it in a profile."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydicom.datadict import keyword_for_tag, tag_for_keyword

from cleanroom.ctp.script import Row
from cleanroom.header.standard import standard_vr

PATIENT = frozenset({0x00100010, 0x00100020})
_HEX = re.compile(r"([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})")
_OLD_WORDS = ((r"^Ref(?!err|erenced)", "Referenced"), (r"Seq$", "Sequence"), (r"Datetime$", "DateTime"))


class Unexpressed(Exception):
    """A profile cannot say this."""


@dataclass(frozen=True)
class Outcome:
    """One rule for an element: what is done, and when."""

    action: str
    keys: dict[str, Any] = field(default_factory=dict)
    """Further keys of the rule."""
    when: dict[str, str] = field(default_factory=dict)
    """Keyword → regular expression."""
    root: bool = False
    """Only at the root of the header."""
    notes: tuple[str, ...] = ()
    """What is not quite as in the script."""


class Names:
    """The elements' names: those of DICOM, the script's own and the older ones of CTP's library.

    Parameters
    ----------
    rows
        The rows of the script.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self._own = {
            row.title: int(row.name, 16)
            for row in rows
            if row.kind == "e" and row.title and _HEX.fullmatch(row.name)
        }

    def tag(self, name: str) -> int:
        """The tag of an element name or number.

        Raises
        ------
        Unexpressed
            When neither the script nor DICOM has such an element.
        """
        bare = name.strip().strip("()[]{}").strip()
        if number := _HEX.fullmatch(bare):
            return int(number[1] + number[2], 16)
        newer = bare
        for old, new in _OLD_WORDS:
            newer = re.sub(old, new, newer)
        found = tag_for_keyword(bare) or self._own.get(bare) or tag_for_keyword(newer)
        if found is None:
            raise Unexpressed(f"`{name}` is no element that Cleanroom knows")
        return found


@dataclass(frozen=True)
class Element:
    """The element of one row."""

    tag: int
    names: Names
    parameters: dict[str, str]

    @property
    def vr(self) -> str:
        """Its value representation; empty when PS3.6 does not know the element."""
        return (standard_vr(self.tag) or "")[:2]

    @property
    def word(self) -> str:
        """As a profile calls it."""
        return word_of(self.tag)

    def source(self, name: str) -> int:
        """The tag that an argument means; ``this`` is the element itself."""
        return self.tag if name.strip() in ("", "this") else self.names.tag(name)

    def filled(self, argument: str) -> str:
        """An argument, or the parameter that it names.

        Raises
        ------
        Unexpressed
            When the script has no such parameter.
        """
        argument = argument.strip()
        if argument[:1] not in ("@", "$"):
            return argument
        if argument[1:] not in self.parameters:
            raise Unexpressed(f"the script has no parameter {argument[1:]}")
        return self.parameters[argument[1:]]


def word_of(tag: int) -> str:
    """Keyword of a tag, or its number."""
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
