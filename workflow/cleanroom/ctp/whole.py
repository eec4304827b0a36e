"""What a script says of more than one element: groups, curves, overlays, private elements, options."""

import re
from typing import Any

from cleanroom.clean import marks
from cleanroom.ctp.call import Call, Unreadable, parts
from cleanroom.ctp.findings import Findings, Kind
from cleanroom.ctp.script import Row, Script
from cleanroom.header import tables

_PRIVATE = re.compile(r"([0-9A-Fa-f]{4})\[([^\]]+)\]([0-9A-Fa-f]{2})")
_PIXELS = {"113101", "113102"}
_BASIC = "113100"
_DATES = {"hashdate", "incrementdate"}
_STUDY_DATE = "00080020"
_UNNAMED = "elements that the script does not name follow the Basic Profile instead"
_REMOVED: dict[tuple[str, bool], tuple[Kind, str]] = {
    ("curves", True): ("same", "curves are removed"),
    ("curves", False): ("near", "CTP keeps curves; the Basic Profile removes them"),
    ("overlays", True): ("same", "overlays are removed"),
    ("overlays", False): (
        "near",
        "CTP keeps overlays; the Basic Profile removes them (`graphics: kept` keeps them)",
    ),
    ("privategroups", True): ("same", "private elements are removed"),
    ("privategroups", False): (
        "near",
        "CTP keeps all private elements; here `private: safe` keeps the known ones",
    ),
    ("unspecifiedelements", True): ("lost", f"unspecified elements are removed by CTP; {_UNNAMED}"),
    ("unspecifiedelements", False): ("near", f"unspecified elements are kept by CTP; {_UNNAMED}"),
}


def controls(script: Script, findings: Findings) -> dict[str, Any]:
    """The profile's controls that the script's options, groups and private elements stand for."""
    found: dict[str, Any] = {}
    for row in script.rows:
        if row.kind == "e" and row.on and row.name.upper() == f"{marks.METHOD_CODES:08X}":
            found |= _options(row, findings)
    found |= _dates(script)
    creators: dict[str, list[str]] = {}
    for row in script.rows:
        if row.kind == "r":
            found |= _removed(row, findings)
        elif row.kind == "k" and row.on:
            found |= _kept(row, findings)
        elif row.kind == "e" and row.on and (place := _PRIVATE.fullmatch(row.name)) and row.text == "@keep()":
            creators.setdefault(place[2], []).append(f"{place[1].upper()},xx{place[3].upper()}")
    if creators:
        found |= {"private": "safe", "private_creators": creators}
    return found


def private(row: Row, findings: Findings) -> list[dict[str, Any]]:
    """No rule: a private element is kept or removed by its creator."""
    title = row.title or row.name
    if row.text == "@remove()":
        findings.add("same", row.line, "private elements are removed")
    elif row.text == "@keep()" and _PRIVATE.fullmatch(row.name):
        findings.add(
            "near", row.line, "kept by `private_creators`; `private: safe` keeps the standard's list as well"
        )
    else:
        reason = "no key writes a private element; `private_creators` keeps those of a creator"
        findings.add("lost", row.line, f"{title}: {reason}")
    return []


def _options(row: Row, findings: Findings) -> dict[str, Any]:
    known = {option["code"]: option for option in tables.rows("options.tsv") if option["code"]}
    found = {}
    for code in filter(None, re.split(r"[^0-9A-Za-z]+", row.text)):
        if code in known:
            control, setting = known[code]["control"], known[code]["setting"]
            found[control] = setting
            findings.add("near", row.line, f"code {code} becomes `{control}: {setting}`")
        elif code in _PIXELS:
            findings.add("near", row.line, f"code {code} is written by the steps that clean pixels")
        elif code != _BASIC:
            findings.add("lost", row.line, f"`{code}` is no code of CID 7050")
    return found


def _dates(script: Script) -> dict[str, str]:
    rows = [row for row in script.rows if row.kind == "e" and row.on]
    if any(_calls(row.text) & _DATES for row in rows):
        return {"dates": "shifted"}
    if any(row.name == _STUDY_DATE and row.text == "@keep()" for row in rows):
        return {"dates": "kept"}
    return {}


def _calls(text: str) -> set[str]:
    try:
        found = [part for part in parts(text) if isinstance(part, Call)]
    except Unreadable:
        return set()
    inner = (_calls(clause) for call in found for clause in call.clauses)
    return {call.name for call in found}.union(*inner)


def _removed(row: Row, findings: Findings) -> dict[str, Any]:
    known = _REMOVED.get((row.name, row.on))
    if known is None:
        findings.add("lost", row.line, f"`{row.name}` is nothing that CTP removes as a whole")
        return {}
    findings.add(known[0], row.line, known[1])
    return {"private": "safe"} if (row.name, row.on) == ("privategroups", False) else {}


def _kept(row: Row, findings: Findings) -> dict[str, Any]:
    if row.name.startswith("safe"):
        findings.add("near", row.line, "safe private elements: the list of PS3.15 Table E.3.10-1 counts")
        return {"private": "safe"}
    listed = sorted(
        entry["name"]
        for entry in tables.rows("table_e1_1.tsv")
        if entry["tag"][:4].lower() == row.name.lower() and ">" not in entry["tag"]
    )
    what = "; the Basic Profile does not keep " + ", ".join(listed) if listed else ""
    findings.add(
        "lost" if listed else "same",
        row.line,
        f"group {row.name} as a whole: the tables decide{what}" + (": name those you need" if listed else ""),
    )
    return {}
