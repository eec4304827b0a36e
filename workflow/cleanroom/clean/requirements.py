"""Attribute types (PS3.5 section 7.4): what an object must have."""

from functools import cache

from cleanroom.header.tables import HEADERS


class Requirements:
    """The type of every attribute in every information object of PS3.3.

    A nested attribute is looked up by the sequence it is in, not by its whole path; where places differ the
    strictest type counts, and so it does for a SOP Class that nobody registered.
    """

    def __init__(self) -> None:
        self._object = dict(line.split("\t") for line in _lines("sop_classes.tsv"))
        self._types = {}
        for line in _lines("attribute_types.tsv"):
            name, parent, tag, kind = line.split("\t")
            self._types[name, int(parent or "0", 16), int(tag, 16)] = kind

    def type_of(self, sop_class: str, parent: int, tag: int) -> str:
        """``1``, ``1C``, ``2``, ``2C`` or ``3``; ``3`` also for what the object does not have."""
        name = self._object.get(sop_class, "*")
        return self._types.get((name, parent, tag)) or self._types.get(("*", parent, tag), "3")


@cache
def requirements() -> Requirements:
    """The one table, read once."""
    return Requirements()


def _lines(name: str) -> list[str]:
    return (HEADERS / name).read_text().splitlines()[1:]
