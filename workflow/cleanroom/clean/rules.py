"""What is done with each attribute: the tables, a profile and the object's own requirements."""

from functools import cache

from pydicom._dicom_dict import DicomDictionary

from cleanroom.clean import profile as profiles
from cleanroom.clean import tables
from cleanroom.clean.profile import Profile
from cleanroom.clean.requirements import requirements

SHIFTED = {"DA", "DT", "TM"}
CODED = {"SH", "LO", "UC", "UR"}
SET_ASIDE = "set_aside"
ICC_PROFILE = 0x00282000


class Rules:
    """The rules of one profile.

    Parameters
    ----------
    profile
        Which option columns of Table E.1-1 are on, and what differs from the table.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.dummies = profiles.by_tag(profile.dummies)
        self._cells: dict[tuple[int, int], str] = {}
        self._groups: dict[int, str] = {}
        for pattern, cell in tables.rules(profile.options):
            self._add(pattern, cell)
        self._cells |= {(0, tag): cell for tag, cell in profiles.by_tag(profile.overrides).items()}
        self._basic = dict(tables.rules([]))
        self._defaults = {row["vr"]: row["action"] for row in tables.rows("vr_defaults.tsv")}
        self._decided: dict[tuple[str, int, int], str] = {}

    def _add(self, pattern: str, cell: str) -> None:
        if pattern == "gggg,eeee":
            return
        if pattern[2:4] == "xx":
            self._groups[int(pattern[:2], 16)] = cell
            return
        place = [int(tag.replace(",", ""), 16) for tag in pattern.split(">")]
        self._cells[place[0] if len(place) > 1 else 0, place[-1]] = cell

    def action(self, sop_class: str, parent: int, tag: int) -> str:
        """D, Z, X, K, C or U for an attribute inside ``parent`` (0: at the root), or ``set_aside``."""
        place = (sop_class, parent, tag)
        decided = self._decided.get(place)
        if decided is None:
            decided = self._decided[place] = self._decide(*place)
        return decided

    def fallback(self, sop_class: str, parent: int, tag: int) -> str:
        """What is done with a value that cannot stay: X, Z or D, whichever the object still allows."""
        return resolve("X/Z/D", requirements().type_of(sop_class, parent, tag))

    def _decide(self, sop_class: str, parent: int, tag: int) -> str:
        vr = standard_vr(tag)
        if vr is None:
            return self._groups.get(tag >> 24, "X") if tag >> 24 in (0x50, 0x60) else "X"
        cell = self._cells.get((parent, tag)) or self._cells.get((0, tag)) or self._defaults[vr[:2]]
        if cell == "C" and tag != ICC_PROFILE and vr not in SHIFTED | CODED | {"SQ", "UI"}:
            cell = self._basic[f"{tag >> 16:04X},{tag & 0xFFFF:04X}"]
        if cell == "C":
            return {"SQ": "K", "UI": "U", "TM": "K"}.get(vr, "C")
        return resolve(cell, requirements().type_of(sop_class, parent, tag))


@cache
def standard_vr(tag: int) -> str | None:
    """The value representation that PS3.6 gives, ``US or SS`` and the like included."""
    entry = DicomDictionary.get(tag)
    return entry[0] if entry and entry[0] != "NONE" else None


def resolve(cell: str, kind: str) -> str:
    """One action for a cell of the table and the attribute's type in the object (PS3.15 Table E.1-1a).

    An action that would leave the object invalid gives way to the next weaker one: X of a required attribute
    becomes Z or D, Z of one that must have a value becomes D. ``U*`` is always taken, as it keeps references.
    """
    choices = cell.split("/")
    if "U*" in choices:
        return "U"
    if cell in ("D", "U", "K", SET_ASIDE):
        return cell
    if kind == "1" or (kind == "1C" and cell != "X"):
        return "D"
    if kind == "2" or (kind == "2C" and cell != "X"):
        return "Z" if "Z" in choices or cell == "X" else "D"
    return choices[0]
