"""Check 1: nothing that is to be released holds a value that identifies."""

import re

from cleanroom.verify import code_streams
from cleanroom.verify.header import Element, Header
from cleanroom.verify.search import Finding, Search

METHOD_CODES, DOCUMENT = 0x00120064, 0x00420011
METHODS = frozenset(
    f"{option} Option".encode()
    for option in (
        "Clean Pixel Data",
        "Clean Recognizable Visual Features",
        "Clean Graphics",
        "Clean Structured Content",
        "Clean Descriptors",
        "Retain Longitudinal Temporal Information Full Dates",
        "Retain Longitudinal Temporal Information Modified Dates",
        "Retain Patient Characteristics",
        "Retain Device Identity",
        "Retain UIDs",
        "Retain Safe Private",
        "Retain Institution Identity",
    )
) | {b"Basic Application Confidentiality Profile"}
"""CID 7050: the only words in (0012,0064) that are not searched."""
_REMEMBERED, _SMALL = 100_000, 256
_NAME = re.compile(r"E[A-Z2-7]{12}/\d{5}\.dcm")


class Identities:
    """Searches headers for a study's identifying values.

    Most values repeat in every instance of a series: each is searched once.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._seen: dict[tuple[int, str, bytes], set[Finding]] = {}

    def findings(self, released: Header, name: str) -> list[str]:
        """What identifies in a file to be released, and where; never the value itself.

        Parameters
        ----------
        released
            Everything but pixels and an encapsulated document is searched: preamble, file meta, nested
            items, what compressed pixels carry besides pixels. The document is
            ``cleanroom.verify.documents``' to search.
        name
            Its path in the release, below the study's folder.
        """
        found = [f"{kind} of the original in the file name" for kind in sorted(self._search.text(name))]
        if not _NAME.fullmatch(name):
            found.append("a file name that is not a pseudonym")
        if released.buffer[128:132] == b"DICM":
            preamble = self._search.value(0, "OB", released.buffer[:128])
            found += [f"{kind} of the original in the preamble" for kind, _ in sorted(preamble)]
        for element in released.elements:
            apart = element is released.pixels or element is released.root.get(DOCUMENT)
            value = b"" if apart else released.value(element)
            if value and not (METHOD_CODES in element.path and value.strip(b" ") in METHODS):
                hits = self._hits(element, value)
                found += [f"{kind} of the original in {where(element)} ({how})" for kind, how in sorted(hits)]
        beside = {hit for part in code_streams.beside(released) for hit in self._search.value(0, "OB", part)}
        return found + [f"{kind} of the original beside its compressed pixels" for kind, _ in sorted(beside)]

    def _hits(self, element: Element, value: bytes) -> set[Finding]:
        if len(value) > _SMALL:
            return self._search.value(element.tag, element.vr, value)
        key = (element.tag, element.vr, value)
        if key not in self._seen:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            self._seen[key] = self._search.value(*key)
        return self._seen[key]


def where(element: Element) -> str:
    """The tags that lead to an element, outermost first."""
    return " > ".join(f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in (*element.path, element.tag))
