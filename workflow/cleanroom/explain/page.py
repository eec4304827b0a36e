"""``cleanroom profile show``: what a profile does with every attribute."""

from collections import defaultdict
from collections.abc import Iterator

from cleanroom.clean.marks import MARKS
from cleanroom.clean.private.listing import GONE, reviewed
from cleanroom.clean.profile import Profile, load
from cleanroom.clean.requirements import requirements
from cleanroom.clean.rules import Rules
from cleanroom.explain.objects import Object, Place, find
from cleanroom.explain.reason import (
    Reason,
    Reasons,
    for_object,
    keyword_of,
    listed_places,
    repeated_places,
)
from cleanroom.explain.words import words
from cleanroom.header import tables
from cleanroom.header.standard import standard_vr

_COLUMNS = ("tag", "attribute", "VR", "type", "action", "what happens", "why")
_NOT_SHOWN = {"name", "about", "method", "attributes", "replace", "private_creators"}


def show(name: str, iod: str | None = None, tsv: bool = False) -> Iterator[str]:
    """The lines of a profile's page.

    Parameters
    ----------
    name
        A profile, or a YAML file.
    iod
        Only the attributes that this kind of object can have, with one action each; None: all attributes of
        the tables, with cells such as ``X/Z/D`` that the object decides.
    tsv
        A table with tabs and nothing else.

    Raises
    ------
    StopRun
        When there is no such profile or kind of object.
    """
    profile = load(name)
    rules = Rules(profile)
    kind = find(iod) if iod else None
    reasons = for_object(rules, kind.sop_class if kind else "")
    places = kind.places if kind else _places(rules)
    rows = [_row(place, reasons, kind) for place in places]
    rows += [] if kind else [*_repeated(reasons), *_defaults(profile)]
    if tsv:
        yield from ("\t".join(row) for row in [_COLUMNS, *rows])
        return
    yield from _head(profile, kind)
    yield ""
    yield from _aligned([_COLUMNS, *rows])
    if profile.private == "safe":
        yield ""
        yield from _private(profile)


def _places(rules: Rules) -> list[Place]:
    own = {(rule.place[0] or 0, rule.place[1]) for rule in rules.profile.rules}
    return sorted(own.union(listed_places()))


def _row(place: Place, reasons: Reasons, kind: Object | None) -> tuple[str, ...]:
    parent, tag = place
    reason = reasons.of(place)
    number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    type_ = requirements().type_of(kind.sop_class, parent, tag) if kind else ""
    if tag in MARKS and not parent:
        reason = Reason(reason.action, "then written anew", "the marks of de-identification")
    return number, keyword_of(place), standard_vr(tag) or "?", type_, reason.action, reason.words, reason.why


def _repeated(reasons: Reasons) -> Iterator[tuple[str, ...]]:
    for group, element in repeated_places():
        tag = -group << 24 | (element if element >= 0 else 0x0005)
        reason = reasons.of((0, tag))
        number = f"({-group:02X}xx,{f'{element:04X}' if element >= 0 else 'xxxx'})"
        name = keyword_of((0, tag)) if element >= 0 else "all of the group"
        yield number, name, "", "", reason.action, reason.words, reason.why


def _defaults(profile: Profile) -> Iterator[tuple[str, ...]]:
    for row in tables.rows("vr_defaults.tsv"):
        cell = tables.cell(row, profile.options)
        yield "", "any other", row["vr"], "", cell, words(cell, row["vr"]), row["why"]
    yield "", "groups 0000 to 0007", "", "", "X", words("X", ""), "file meta information is written anew"
    yield "", "unknown to PS3.6", "", "", "X", words("X", ""), "nobody knows what it holds"


def _head(profile: Profile, kind: Object | None) -> Iterator[str]:
    meanings = {row["value"]: row["meaning"] for row in tables.rows("cid7050.tsv")}
    yield f"{profile.name}: {profile.about}" if profile.about else profile.name
    if kind:
        yield f"for {kind.name} ({kind.sop_class})"
    yield "options: " + ("; ".join(f"{code} {meanings[code]}" for code in profile.codes) or "none")
    yield "weaker than the Basic Profile with these options: " + (", ".join(profile.weaker) or "nothing")
    settings = profile.model_dump(exclude=_NOT_SHOWN, exclude_none=True)
    yield "controls: " + ", ".join(f"{key}: {value}" for key, value in settings.items())


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    used = [number for number in range(len(_COLUMNS)) if any(row[number] for row in rows[1:])]
    widths = {number: max(len(row[number]) for row in rows) for number in used}
    for row in rows:
        yield "  ".join(row[number].ljust(widths[number]) for number in used).rstrip()


def _private(profile: Profile) -> Iterator[str]:
    found: dict[str, list[str]] = defaultdict(list)
    for (creator, group, number), listed in sorted(reviewed().items()):
        if listed.form != GONE:
            found[creator].append(f"{group:04X},xx{number:02X}")
    for creator, elements in profile.private_creators.items():
        found[creator] += ["all others"] if elements == "keep" else [f"{x} (profile)" for x in elements]
    yield "private elements that stay, by creator (their values are cleaned like others):"
    for creator, names in sorted(found.items()):
        yield f"  {creator}: {', '.join(names)}"
