"""What is done with each attribute: the tables, a profile and the object's own requirements."""

from pydicom.dataset import Dataset

from cleanroom.clean.attribute_rule import AttributeRule
from cleanroom.clean.private import PrivateRules
from cleanroom.clean.profile import Profile
from cleanroom.clean.requirements import requirements
from cleanroom.header import tables
from cleanroom.header.elements import value_of
from cleanroom.header.standard import standard_vr

SOP_CLASS = 0x00080016
SET_ASIDE = "set_aside"
_CLEANED = {
    **dict.fromkeys(("DA", "DT", "LO", "LT", "SH", "ST", "UC", "UT"), "C"),
    **dict.fromkeys(("SQ", "TM"), "K"),
    "UI": "U",
}
"""What C means for each value representation; for all others it is the basic action."""
_LETTERS = {"keep": "V", "clean": "C", "remove": "X", "empty": "Z", "shift": "C", "uid": "U"}
ICC_PROFILE = 0x00282000
_TRIAL = 0x0012
_REPEATED = (0x50, 0x60)
"""Groups of curves and overlays: cleaning them is taking them away."""


class Rules:
    """The rules of one profile.

    Parameters
    ----------
    profile
        Which options are in force, and what differs from the tables.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.cells = _Cells(profile)
        self.private = PrivateRules(profile.private_creators) if profile.private == "safe" else None
        self._conditional = [rule for rule in profile.rules if rule.when]
        self._decisions: dict[tuple[str, tuple[bool, ...]], Decisions] = {}

    @property
    def kept(self) -> list[str]:
        """Tags (``GGGGEEEE``) that the profile keeps word for word."""
        tags = {tag for (_, tag), cell in self.cells.listed.items() if cell == "V"}
        tags |= {rule.place[1] for rule in self.profile.rules if rule.action == "keep"}
        return [f"{tag:08X}" for tag in sorted(tags)]

    @property
    def own(self) -> list[str]:
        """Tags whose value the profile makes; not those that become the pseudonym."""
        made = {"value", "csv", "hash", "regex"}
        rules = (rule for rule in self.profile.rules if rule.action in made and rule.value != "{patient}")
        return [f"{tag:08X}" for tag in sorted({rule.place[1] for rule in rules})]

    def decisions(self, header: Dataset) -> "Decisions":
        """The decisions for one instance: its SOP Class, and the conditions that hold for it."""
        sop_class = value_of(header.get_item(SOP_CLASS), "UI").strip(b" \0").decode("latin-1")
        held = tuple(rule.holds(header) for rule in self._conditional)
        return self.of_class(sop_class, held)

    def of_class(self, sop_class: str, held: tuple[bool, ...] | None = None) -> "Decisions":
        """The decisions for a SOP Class; ``held`` says which of the conditional rules are in force."""
        held = (False,) * len(self._conditional) if held is None else held
        found = self._decisions.get((sop_class, held))
        if found is None:
            on = {id(rule) for rule, holds in zip(self._conditional, held, strict=True) if holds}
            rules = [rule for rule in self.profile.rules if not rule.when or id(rule) in on]
            found = self._decisions[sop_class, held] = Decisions(self.cells, sop_class, rules)
        return found


class Decisions:
    """What becomes of every attribute of one kind of object."""

    def __init__(self, cells: "_Cells", sop_class: str, rules: list[AttributeRule]) -> None:
        self._cells = cells
        self._sop_class = sop_class
        self.inserted = [rule for rule in rules if rule.insert]
        self._rules: dict[tuple[int | None, int], AttributeRule] = {}
        for rule in reversed(rules):
            self._rules[rule.place] = rule
        self._decided: dict[tuple[int, int], str | AttributeRule] = {}

    def action(self, parent: int, tag: int) -> str | AttributeRule:
        """What becomes of an attribute inside ``parent`` (0: at the root).

        D, Z, X, K, C or U of Table E.1-1; V to keep it word for word; ``set_aside`` for the whole instance;
        or the rule of the profile that makes its value.
        """
        decided = self._decided.get((parent, tag))
        if decided is None:
            decided = self._decided[parent, tag] = self._decide(parent, tag)
        return decided

    def fallback(self, parent: int, tag: int) -> str:
        """What is done with a value that cannot stay: X, Z or D, whichever the object still allows."""
        return resolve("X/Z/D", requirements().type_of(self._sop_class, parent, tag))

    def rule_of(self, parent: int, tag: int) -> AttributeRule | None:
        """The profile's own rule for an attribute."""
        return self._rules.get((parent, tag)) or self._rules.get((None, tag))

    def _decide(self, parent: int, tag: int) -> str | AttributeRule:
        rule = self.rule_of(parent, tag)
        if rule is None:
            return self._resolved(self._cells.cell(parent, tag), parent, tag)
        if rule.action == SET_ASIDE:
            return SET_ASIDE
        letter = _LETTERS.get(rule.action)
        return rule if letter is None else self._resolved(letter, parent, tag)

    def meant(self, cell: str, parent: int, tag: int) -> str:
        """A cell, before the object's requirements: C where the value representation cannot be cleaned is the
        basic action.
        """
        return cell if cell != "C" else _meaning(tag) or self._cells.basic(parent, tag)

    def _resolved(self, cell: str, parent: int, tag: int) -> str:
        if cell == "C" and (meaning := _meaning(tag)):
            return meaning
        return resolve(self.meant(cell, parent, tag), requirements().type_of(self._sop_class, parent, tag))


def _meaning(tag: int) -> str | None:
    """What C means for an attribute; None where it cannot be cleaned."""
    if tag == ICC_PROFILE:
        return "C"
    vr = standard_vr(tag) or ""
    return None if tag >> 24 in _REPEATED else _CLEANED.get(vr[:2] if vr.startswith("DA or") else vr)


class _Cells:
    """The cell of the tables for every attribute."""

    def __init__(self, profile: Profile) -> None:
        self.listed: dict[tuple[int, int], str] = {}
        self._groups: dict[int, str] = {}
        for pattern, cell in tables.rules(profile.options):
            self._add(pattern, cell)
        if profile.clinical_trial == "kept":
            listed = [place for place in self.listed if place[1] >> 16 == _TRIAL and place[1] < 0x00120060]
            self.listed |= dict.fromkeys(listed, "V")
        self._basic = dict(tables.rules([]))
        defaults = tables.rows("vr_defaults.tsv")
        self._defaults = {row["vr"]: tables.cell(row, profile.options) for row in defaults}
        self._basic_defaults = {row["vr"]: row["basic"] for row in defaults}

    def _add(self, pattern: str, cell: str) -> None:
        if pattern == "gggg,eeee":
            return
        if pattern[2:4] == "xx":
            if pattern[5:] == "xxxx":
                self._groups[int(pattern[:2], 16)] = cell
            else:
                self.listed[-int(pattern[:2], 16), int(pattern[5:], 16)] = cell
            return
        place = [int(tag.replace(",", ""), 16) for tag in pattern.split(">")]
        self.listed[place[0] if len(place) > 1 else 0, place[-1]] = cell

    def cell(self, parent: int, tag: int) -> str:
        """The cell of an attribute; of one that no table lists the default of its value representation."""
        group = tag >> 24
        if group in _REPEATED:
            return self.listed.get((-group, tag & 0xFFFF)) or self._groups.get(group, "X")
        vr = standard_vr(tag)
        if vr is None:
            return "X"
        return self.listed.get((parent, tag)) or self.listed.get((0, tag)) or self._defaults[vr[:2]]

    def basic(self, parent: int, tag: int) -> str:
        """The action without any option."""
        if tag >> 24 in _REPEATED:
            return "X"
        own = self._basic.get(f"{tag >> 16:04X},{tag & 0xFFFF:04X}")
        inside = self._basic.get(
            f"{parent >> 16:04X},{parent & 0xFFFF:04X}>{tag >> 16:04X},{tag & 0xFFFF:04X}"
        )
        return inside or own or self._basic_defaults[(standard_vr(tag) or "UN")[:2]]


def resolve(cell: str, kind: str) -> str:
    """One action for a cell of the table and the attribute's type in the object (PS3.15 Table E.1-1a).

    An action that would leave the object invalid gives way to the next weaker one: X of a required attribute
    becomes Z or D, Z of one that must have a value becomes D. ``U*`` is always taken, as it keeps references.
    """
    choices = cell.split("/")
    if "U*" in choices:
        return "U"
    if cell in ("D", "U", "K", "V", SET_ASIDE):
        return cell
    if kind == "1" or (kind == "1C" and cell != "X"):
        return "D"
    if kind == "2" or (kind == "2C" and cell != "X"):
        return "Z" if "Z" in choices or cell == "X" else "D"
    return choices[0]
