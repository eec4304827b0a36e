"""Who is in the sample: read from ``patients.yaml``."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml
from pydicom.datadict import dictionary_VR, tag_for_keyword

_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "Ø": "Oe", "å": "aa", "ë": "e"}
)
_SHORTEST = 4
_SHORTEST_BYTES = 6


@cache
def people() -> dict[str, Any]:
    """All of ``patients.yaml``."""
    text = files("cleanroom.sample").joinpath("patients.yaml").read_text(encoding="utf-8")
    return cast(dict[str, Any], yaml.safe_load(text))


def patient(who: str) -> dict[str, Any]:
    """One patient, ``anna`` or ``kenji``."""
    return cast(dict[str, Any], people()["patients"][who])


def spelled_out(text: str) -> str:
    """Umlauts as two letters, the way devices without them write (Pillow's own font has none either)."""
    return text.translate(_SPELLED)


def identities(retained: tuple[str, ...] = ()) -> list[str]:
    """Every invented identity in the sample that is four characters or longer.

    Names count by their parts too, and umlauts also spelled out. Academic titles count in whole names
    only; two ideographs count too (six bytes). Dates of visits and UIDs are not among them, nor free
    text: the names in it are.

    Parameters
    ----------
    retained
        Keywords of what the profile of a run keeps.
    """
    keywords = set(people()["identifying"]) - set(retained)
    found = {part for key, text in _leaves(people()) if key in keywords for part in _parts(key, text)}
    found |= {spelled_out(part) for part in found}
    return sorted(part for part in found if len(part) >= _SHORTEST or len(part.encode()) >= _SHORTEST_BYTES)


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, key)
    elif key:
        yield key, str(node)


def _parts(key: str, text: str) -> Iterator[str]:
    yield text
    if tag_for_keyword(key) and dictionary_VR(key) == "PN":
        for group in text.split("="):
            yield group
            yield from (word for part in group.split("^")[:3] for word in [part, *part.split()])
