"""Siemens measurement protocols: from the ASCCONV text, only reviewed parameters."""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from cleanroom.header import tables

_BEGIN = b"### ASCCONV BEGIN"
_END = b"### ASCCONV END"
_LINE = re.compile(
    rb'^([A-Za-z][\w.\[\]]{0,120})[ \t]*=[ \t]*("{0,2})([^"\r\n#]{1,200}?)\2[ \t]*(?:#.*)?\r?$', re.M
)
_INDEX = re.compile(r"\[\d{1,4}\]")
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{0,18})?([eE][+-]?\d{1,3})?|0x[0-9a-fA-F]{1,16}", re.ASCII)


def rebuilt_protocol(content: bytes, names_somebody: Callable[[bytes], bool]) -> bytes | None:
    """The reviewed parameters of a protocol, in their order; None when there is none.

    Which these are, and what their values look like, is in ``workflow/headers/protocol_keys.tsv``.

    Parameters
    ----------
    content
        An XProtocol, or the text around an ASCCONV block.
    names_somebody
        Whether a text holds an identity.
    """
    lines = [line for line, text in _parameters(content) if not (text and names_somebody(text))]
    if not lines:
        return None
    return b"\n".join([b"<XProtocol>", _BEGIN + b" ###", *lines, _END + b" ###"])


@lru_cache(maxsize=4)  # all instances of a series have the same protocol
def _parameters(content: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Every reviewed parameter as a line, and its text when it is not a number."""
    start = content.find(_BEGIN)
    if start < 0:
        return ()
    end = content.find(_END, start)
    return tuple(_lines(content[start : end if end >= 0 else len(content)]))


def _lines(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    for key, quotes, value in _LINE.findall(text):
        pattern = _keys().get(_INDEX.sub("[#]", key.decode()))
        plain = value.rstrip()
        if pattern is not None and pattern.fullmatch(plain.decode("latin-1")):
            yield key + b"\t = \t" + quotes + plain + quotes, b"" if pattern is _NUMBER else plain


@cache
def _keys() -> dict[str, re.Pattern[str]]:
    """Key, with ``[#]`` for every index → what its value looks like."""
    return {
        row["key"]: re.compile(row["pattern"], re.ASCII) if row["pattern"] else _NUMBER
        for row in tables.rows("protocol_keys.tsv")
        if row["protocol"] == "ASCCONV"
    }
