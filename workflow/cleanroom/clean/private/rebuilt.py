"""Vendor headers, rebuilt from their reviewed technical fields."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from cleanroom.clean.private.ascconv import rebuilt_protocol
from cleanroom.clean.private.csa import BrokenCsa, Field, read_csa, write_csa
from cleanroom.clean.private.ge import rebuilt_protocol_block, rebuilt_user_data
from cleanroom.header import tables

Judge = Callable[[bytes], bool]
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{0,18})?([eE][+-]?\d{1,3})?", re.ASCII)
_PROTOCOL = "MrPhoenixProtocol"


def rebuilt_csa(content: bytes, names_somebody: Judge) -> bytes | None:
    """A new CSA2 header with the reviewed fields of a CSA1 or CSA2 header; None when none is left.

    A field stays with all its items or goes: which stay, and what their values look like, is in
    ``workflow/headers/csa_fields.tsv``. The same header always gives the same bytes.

    Parameters
    ----------
    content
        A CSA header; one that is broken or cut gives None.
    names_somebody
        Whether a text holds an identity.
    """
    kept = [field for field in map(_judged(names_somebody), _reviewed(content)) if field]
    return write_csa(kept) if kept else None


@lru_cache(maxsize=4)  # all instances of a series have the same series header
def _reviewed(content: bytes) -> tuple[Field, ...]:
    try:
        return tuple(field for field in read_csa(content) if any(field.items) and _is_reviewed(field))
    except BrokenCsa:
        return ()


def _is_reviewed(field: Field) -> bool:
    if field.name not in _fields():
        return False
    pattern = _fields()[field.name][1]
    values = [item.decode("latin-1") for item in field.items if item]
    return field.name == _PROTOCOL or all(map(pattern.fullmatch, values))


def _judged(names_somebody: Judge) -> Callable[[Field], Field | None]:
    """A reviewed field as it is written, or None when it names somebody."""

    def judged(field: Field) -> Field | None:
        vr, pattern = _fields()[field.name]
        if field.name == _PROTOCOL:
            protocol = rebuilt_protocol(field.items[0], names_somebody)
            return Field(field.name, vr, 1, (protocol,)) if protocol else None
        if pattern is not _NUMBER and any(map(names_somebody, filter(None, field.items))):
            return None
        return Field(field.name, vr, min(field.multiplicity, len(field.items)), field.items)

    return judged


@cache
def _fields() -> dict[str, tuple[str, re.Pattern[str]]]:
    return {
        row["name"]: (row["vr"], re.compile(row["pattern"], re.ASCII) if row["pattern"] else _NUMBER)
        for row in tables.rows("csa_fields.tsv")
    }


REBUILT: dict[str, Callable[[bytes, Judge], bytes | None]] = {
    "csa": rebuilt_csa,
    "protocol": rebuilt_protocol,
    "ge_protocol_block": rebuilt_protocol_block,
    "ge_user_data": rebuilt_user_data,
}
"""Form in ``vendor_private.tsv`` → how it is rebuilt."""
