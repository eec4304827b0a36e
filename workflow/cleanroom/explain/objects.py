"""Information objects of PS3.3: their names, and which attributes they can have."""

import difflib
from dataclasses import dataclass
from functools import cached_property

from pydicom.uid import UID

from cleanroom.errors import StopRun
from cleanroom.header import tables

Place = tuple[int, int]
"""The sequence an attribute is in (0: the root), and its tag."""


@dataclass(frozen=True)
class Object:
    """One kind of information object."""

    name: str
    sop_class: str
    """The first SOP Class of this kind."""

    @cached_property
    def places(self) -> list[Place]:
        """Every attribute that it can have: those at the root first, then those in sequences."""
        modules = next(
            row["modules"] for row in tables.rows("object_modules.tsv") if row["object"] == self.name
        )
        wanted = set(modules.split())
        found = {
            (int(row["parent"] or "0", 16), int(tag, 16))
            for row in tables.rows("module_attributes.tsv")
            if wanted & set(row["modules"].split())
            for tag in row["tags"].split()
        }
        return sorted(found)


def find(word: str) -> Object:
    """An object by its name, modality, SOP Class UID or the keyword of its SOP Class.

    Parameters
    ----------
    word
        ``CT``, ``rt-structure-set``, ``RT Structure Set``, ``CTImageStorage`` or a UID.

    Raises
    ------
    StopRun
        When there is none; it names the nearest.
    """
    classes: dict[str, str] = {}
    known: dict[str, str] = {}
    for row in tables.rows("sop_classes.tsv"):
        name, uid = row["object"], row["sop_class_uid"]
        classes.setdefault(name, uid)
        known |= {name: name, uid: name, _plain(UID(uid).keyword): name}
    known |= {row["modality"].lower(): row["object"] for row in tables.rows("modalities.tsv")}
    name = next((known[key] for key in (_plain(word), _dashed(word)) if key in known), "")
    if name:
        return Object(name, classes[name])
    near = difflib.get_close_matches(_dashed(word), known, n=4, cutoff=0.4)
    near += sorted(key for key in classes if _dashed(word) in key)[:4]
    raise StopRun(
        f"There is no kind of object `{word}`.",
        f"did you mean {', '.join(dict.fromkeys(near))}?"
        if near
        else "a modality such as CT, MR, PT, RTSTRUCT",
    )


def _plain(word: str) -> str:
    return word.strip().lower().removesuffix("storage").strip()


def _dashed(word: str) -> str:
    return "-".join(_plain(word).replace("_", " ").split())
