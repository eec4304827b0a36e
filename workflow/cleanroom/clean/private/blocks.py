"""Blocks of private elements, wherever they lie, and who reserved them (PS3.5 section 7.8)."""

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cleanroom.clean.private.listing import PrivateRules
from cleanroom.clean.private.values import cleaned
from cleanroom.clean.private.walk import Walk
from cleanroom.header.elements import Element, Stored, is_broken, stored, value_of

_FIRST_BLOCK, _LAST_BLOCK = 0x10, 0xFF
_FIRST_GROUP, _LAST_GROUP = 0x0009, 0xFFFD


def clean_private(source: Dataset, rules: PrivateRules, walk: Walk) -> Stored:
    """The private elements of one dataset that stay, cleaned (PS3.15 section E.3.10).

    A block is kept where it lies. Elements without a creator, or of one that nobody has reviewed, go.

    Parameters
    ----------
    source
        A dataset at any level of a header.
    rules
        Which elements stay.
    walk
        How values are cleaned.

    Returns
    -------
    Stored
        The elements, and the creators of their blocks; empty when nothing stays.
    """
    private = [tag for tag in source.keys() if tag >> 16 & 1]  # noqa: SIM118 - a Dataset iterates over elements
    if not private:
        return {}
    target: Stored = {}
    creators = _creators(source, private, rules)
    for tag in private:
        block = tag & 0xFFFF0000 | tag >> 8 & 0xFF
        creator = creators.get(block)
        if creator is None or tag & 0xFFFF <= _LAST_BLOCK:
            continue
        listed = rules.listed(creator, tag >> 16, tag & 0xFF)
        clean = listed and cleaned(source.get_item(tag), listed, walk)
        if clean:
            target[BaseTag(block)] = stored(block, "LO", creator.encode("latin-1"))
            target[tag] = clean
    return dict(sorted(target.items()))


def _creators(source: Dataset, private: list[BaseTag], rules: PrivateRules) -> dict[int, str]:
    """Tag of every creator element → the creator, of those from whom something may stay."""
    found = {}
    for tag in private:
        if _FIRST_BLOCK <= tag & 0xFFFF <= _LAST_BLOCK and _FIRST_GROUP <= tag >> 16 <= _LAST_GROUP:
            creator = _text(source.get_item(tag))
            if rules.knows(creator):
                found[int(tag)] = creator
    return found


def _text(element: Element) -> str:
    if is_broken(element):
        return ""
    return value_of(element, "LO").decode("latin-1").strip(" \0")
