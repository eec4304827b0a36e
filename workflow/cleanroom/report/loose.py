"""Pictures and PDFs on the page: how many, what became of them, and why; by pseudonym alone."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

from cleanroom.identity import Identity
from cleanroom.report.reasons import fix_of
from cleanroom.report.wording import shareable

_QUERY = """
SELECT path, kind, verdict, reason, coalesce(fix, '') FROM files LEFT JOIN decided USING (path)
WHERE kind IN ('picture', 'pdf') AND verdict IN ('released', 'set_aside')
"""


@dataclass(frozen=True)
class LooseFigures:
    """How many files of one kind there are."""

    kind: str
    released: int
    set_aside: int


@dataclass(frozen=True)
class LooseReason:
    """Files of one kind that are set aside for one reason."""

    kind: str
    reason: str
    fix: str
    names: list[str]
    """Pseudonyms of their paths."""


@dataclass(frozen=True)
class Loose:
    """All pictures and PDFs of the input."""

    figures: list[LooseFigures]
    """A kind that the input lacks is left out."""
    released: list[str]
    """Pseudonyms: the names in ``release/other``, without the extension."""
    set_aside: list[LooseReason]


def loose(base: sqlite3.Connection, identity: Identity) -> Loose:
    """Count the pictures and PDFs, after every file has its verdict."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"released": 0, "set_aside": 0})
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    released: list[str] = []
    for path, kind, verdict, reason, fix in base.execute(_QUERY):
        name = identity.pseudonym("file", path)
        counts[kind][verdict] += 1
        if verdict == "released":
            released.append(name)
        else:
            groups[kind, shareable(reason), fix_of(reason, fix, kind)].append(name)
    return Loose(
        [LooseFigures(kind=kind, **found) for kind, found in sorted(counts.items())],
        sorted(released),
        sorted(
            (LooseReason(*key, sorted(names)) for key, names in groups.items()),
            key=lambda item: (-len(item.names), item.kind, item.reason),
        ),
    )
