"""Why something happens to an attribute: a rule, a cell of a table, or its value representation."""

from dataclasses import dataclass
from functools import cache

from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from cleanroom.clean.attribute_rule import AttributeRule
from cleanroom.clean.requirements import requirements
from cleanroom.clean.rules import Decisions, Rules
from cleanroom.explain.objects import Place
from cleanroom.explain.words import letter_of, rule_in_words, when_in_words, words
from cleanroom.header import tables
from cleanroom.header.standard import standard_vr

_TABLES = {"table_e1_1.tsv": "Table E.1-1", "unlisted.tsv": "reviewed"}
LAST_COMMAND_GROUP = 0x0007
_REPEATED = (0x50, 0x60)


@dataclass(frozen=True)
class Reason:
    """What happens to one attribute, and why."""

    action: str
    """Letters of Table E.1-1, or a rule's action."""
    words: str
    why: str


class Reasons:
    """The reasons of one profile, for one kind of object or for all.

    Parameters
    ----------
    rules
        The rules of a profile.
    decisions
        Those for the instance or the kind of object.
    sop_class
        Resolves cells such as ``X/Z/D``; empty: they are given as they are.
    still_open
        Rules whose conditions only an instance can answer.
    """

    def __init__(
        self, rules: Rules, decisions: Decisions, sop_class: str, still_open: list[AttributeRule]
    ) -> None:
        self._rules = rules
        self._decisions = decisions
        self._sop_class = sop_class
        self._open = still_open

    def of(self, place: Place) -> Reason:
        """The reason for an attribute."""
        parent, tag = place
        vr = (standard_vr(tag) or "")[:2]
        rule = self._decisions.rule_of(parent, tag)
        if rule is not None:
            action, why = letter_of(rule), rule_in_words(rule)
            cell = self._decisions.meant(action, parent, tag)
            text = words(cell, vr) if len(action) == 1 else rule_in_words(rule, short=True)
        else:
            cell, why = self._listed(parent, tag, vr)
            action, text = cell, ""
        if len(action) == 1 or rule is None:
            action, cell = self._resolved(action, place), self._decisions.meant(action, parent, tag)
            text = words(action, vr)
            why += self._type(cell, action, place)
        for other in self._open:
            if other.place in (place, (None, tag)):
                why = f"{rule_in_words(other)}, {when_in_words(other)}; else {why}"
        return Reason(action, text, why)

    def rule(self, parent: int, tag: int) -> AttributeRule | None:
        """The profile's own rule for an attribute."""
        return self._decisions.rule_of(parent, tag)

    def _resolved(self, cell: str, place: Place) -> str:
        if not self._sop_class:
            return self._decisions.meant(cell, *place)
        action = self._decisions.action(*place)
        return action if isinstance(action, str) else action.action

    def _type(self, cell: str, action: str, place: Place) -> str:
        if cell == action or not self._sop_class:
            return ""
        kind = requirements().type_of(self._sop_class, *place)
        return f"; {cell} of a type {kind} attribute"

    def _listed(self, parent: int, tag: int, vr: str) -> tuple[str, str]:
        cell = self._rules.cells.cell(parent, tag)
        if not vr and tag >> 24 not in _REPEATED:
            return cell, "PS3.6 has no such attribute"
        for place in _searched(parent, tag):
            if place in _rows():
                table, row = _rows()[place]
                return cell, self._cell(table, row, cell) + self._basic(cell, parent, tag)
        row = next(row for row in tables.rows("vr_defaults.tsv") if row["vr"] == vr)
        return cell, self._cell(f"unlisted {vr}", row, cell) + self._basic(cell, parent, tag)

    def _cell(self, table: str, row: dict[str, str], cell: str) -> str:
        options = self._rules.profile.options
        text = f"{table}: {row['basic']}"
        named = [
            f"{row[o['column']]} of `{o['control']}: {o['setting']}`" for o in options if row[o["column"]]
        ]
        if cell == "V":
            kept = [f"`{o['control']}: {o['setting']}`" for o in options if o["cell"] and row[o["column"]]]
            text += f"; {(kept or ['`clinical_trial: kept`'])[0]}"
        elif named:
            text += "; " + ", ".join(named)
        return text + (f" ({row['why']})" if row.get("why") else "")

    def _basic(self, cell: str, parent: int, tag: int) -> str:
        meant = self._decisions.meant(cell, parent, tag)
        if cell != "C" or meant in ("C", "K", "U"):
            return ""
        return f"; its value representation cannot be cleaned: {meant}"


def for_object(rules: Rules, sop_class: str) -> Reasons:
    """The reasons for one kind of object; an empty SOP Class stands for all."""
    header = Dataset()
    header.SOPClassUID = sop_class
    conditional = [rule for rule in rules.profile.rules if rule.when]
    answered = [bool(sop_class) and set(rule.when) == {"SOPClassUID"} for rule in conditional]
    held = tuple(known and rule.holds(header) for rule, known in zip(conditional, answered, strict=True))
    still_open = [rule for rule, known in zip(conditional, answered, strict=True) if not known]
    return Reasons(rules, rules.of_class(sop_class, held), sop_class, still_open)


@cache
def _rows() -> dict[Place, tuple[str, dict[str, str]]]:
    """Place → name of the table and the row; groups of curves and overlays are negative."""
    found: dict[Place, tuple[str, dict[str, str]]] = {}
    for name, title in _TABLES.items():
        for row in tables.rows(name):
            if row["tag"] != "gggg,eeee":
                found[place_of(row["tag"])] = title, row
    return found


def place_of(pattern: str) -> Place:
    """The place of a row: ``gggg,eeee``, ``gggg,eeee>gggg,eeee``, ``60xx,3000`` or ``50xx,xxxx``."""
    if pattern[2:4] == "xx":
        return -int(pattern[:2], 16), -1 if pattern[5:] == "xxxx" else int(pattern[5:], 16)
    path = [int(part.replace(",", ""), 16) for part in pattern.split(">")]
    return (path[-2] if len(path) > 1 else 0), path[-1]


def _searched(parent: int, tag: int) -> list[Place]:
    if tag >> 24 in _REPEATED:
        return [(-(tag >> 24), tag & 0xFFFF), (-(tag >> 24), -1)]
    return [(parent, tag), (0, tag)]


def listed_places() -> list[Place]:
    """Every place of the tables, but for groups of curves and overlays and what is no content."""
    return sorted(place for place in _rows() if place[0] >= 0 and place[1] >> 16 > LAST_COMMAND_GROUP)


def repeated_places() -> list[Place]:
    """Groups of curves (-50) and overlays (-60) with an element, or -1 for all others of the group."""
    return sorted((place for place in _rows() if place[0] < 0), reverse=True)


def keyword_of(place: Place) -> str:
    """Keyword of an attribute, after that of its sequence."""
    parent, tag = place
    name = keyword_for_tag(tag) or "?"
    return f"{keyword_for_tag(parent)} > {name}" if parent else name
