"""Which private elements stay: Table E.3.10-1, our reviewed list and the user's config."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from pydicom._private_dict import private_dictionaries

from cleanroom.errors import StopRun
from cleanroom.header import tables

KEEP = "keep"
GONE = "gone"
BYTES = "bytes"
_PATTERN = re.compile(r"([0-9A-F]{4},)?XX[0-9A-F]{2}")


@dataclass(frozen=True)
class Listed:
    """A private element that is listed.

    Parameters
    ----------
    vr
        The value representation where none is stored; empty: nobody knows.
    form
        Empty: by its value representation. ``bytes``: technical bytes that stay as they are. ``gone``:
        reviewed and not kept, although Table E.3.10-1 lists it. Else the name of a rebuilt vendor header.
    pattern
        A value of text that matches this as a whole is a reviewed code and stays.
    """

    vr: str
    form: str = ""
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True)
class PrivateRules:
    """Which private elements stay.

    Parameters
    ----------
    creators
        More creators by config. To each either ``"keep"``, which keeps all its elements except bytes of
        unknown content, or a list of elements ``"xxee"`` or ``"gggg,xxee"``, which a person has reviewed:
        of those, bytes stay too when no identity of the study is in them.

    Raises
    ------
    StopRun
        When an element is not written that way.
    """

    creators: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for creator, elements in self.creators.items():
            wrong = (
                []
                if elements == KEEP
                else [x for x in _several(elements) if not _PATTERN.fullmatch(x.upper())]
            )
            if wrong:
                raise StopRun(
                    f"private creator {creator!r}: {wrong[0]!r} is not an element",
                    f"write {KEEP}, or a list of elements such as xx10 or 0019,xx10",
                )

    def knows(self, creator: str) -> bool:
        """Whether anything may stay of this creator's blocks."""
        return creator in self.creators or creator in _creators()

    def listed(self, creator: str, group: int, number: int) -> Listed | None:
        """What is known of an element ``(gggg,xxee)`` of a creator; None: it is not listed and goes.

        The config goes before our list, and that before Table E.3.10-1.
        """
        chosen = self.creators.get(creator, ())
        ours = reviewed().get((creator, group, number))
        names = {f"XX{number:02X}", f"{group:04X},XX{number:02X}"}
        named = any(element.upper() in names for element in _several(chosen))
        if named and (ours is None or ours.form == GONE):
            return Listed(_dictionary_vr(creator, group, number), BYTES)
        if chosen == KEEP and ours is None:
            return Listed(_dictionary_vr(creator, group, number))
        return None if ours is None or ours.form == GONE else ours


def _several(elements: str | Sequence[str]) -> Sequence[str]:
    return [elements] if isinstance(elements, str) else elements


@cache
def reviewed() -> dict[tuple[str, int, int], Listed]:
    """Creator, group and element number of every reviewed element."""
    found = {place: Listed(_dictionary_vr(*place)) for place in map(_place, tables.rows("safe_private.tsv"))}
    for row in tables.rows("vendor_private.tsv"):
        pattern = re.compile(row["pattern"], re.ASCII) if row["pattern"] else None
        found[_place(row)] = Listed(row["vr"], row["form"], pattern)
    return found


@cache
def _creators() -> frozenset[str]:
    return frozenset(creator for (creator, _, _), listed in reviewed().items() if listed.form != GONE)


def _place(row: dict[str, str]) -> tuple[str, int, int]:
    group, number = row["tag"].split(",")
    return row["private_creator"], int(group, 16), int(number[2:], 16)


def _dictionary_vr(creator: str, group: int, number: int) -> str:
    entry = private_dictionaries.get(creator, {}).get(f"{group:04X}xx{number:02X}")
    return entry[0] if entry else ""
