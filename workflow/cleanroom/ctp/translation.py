"""From a script to a profile."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from cleanroom.clean import marks
from cleanroom.clean.profile import Profile, load
from cleanroom.clean.rules import Rules
from cleanroom.ctp import whole
from cleanroom.ctp.call import Unreadable
from cleanroom.ctp.element import PATIENT, Element, Names, Outcome, Unexpressed
from cleanroom.ctp.expression import outcomes, rule
from cleanroom.ctp.findings import Findings
from cleanroom.ctp.script import Row, Script
from cleanroom.errors import StopRun
from cleanroom.header.standard import standard_vr

_LETTERS = {"keep": "K", "remove": "X", "empty": "Z", "uid": "U", "shift": "C"}
_RETAINED = {"K", "C", "V"}


@dataclass
class Translation:
    """A profile's keys, and what the script says beyond them."""

    profile: dict[str, Any]
    findings: Findings = field(default_factory=Findings)


def translated(script: Script, name: str) -> Translation:
    """The profile that does what a script does, as far as a profile can.

    What the script does not name follows the Basic Profile.

    Parameters
    ----------
    script
        A script as it is written.
    name
        What it is called, for the profile's texts.

    Raises
    ------
    StopRun
        When a replacement cannot be read; it names the line.
    """
    findings = Findings()
    keys = whole.controls(script, findings)
    keys = {
        "extends": "basic",
        "about": f"from the CTP script {name}",
        "method": f"CTP script {name[:40]}",
        **keys,
    }
    base = Rules(Profile.model_validate(load("basic").model_dump() | _settings(keys) | {"name": name}))
    rules, wrong = [], []
    for row in _last(script, findings):
        try:
            rules += _rules(row, script, base, findings)
        except Unreadable as error:
            wrong.append(f"  line {row.line}: {error}")
    if wrong:
        raise StopRun(
            "The script has replacements that cannot be read:\n" + "\n".join(wrong), "mend those lines"
        )
    return Translation(keys | ({"attributes": rules} if rules else {}), findings)


def _settings(keys: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if key != "extends"}


def _last(script: Script, findings: Findings) -> list[Row]:
    rows: dict[str, Row] = {}
    for line, what in script.strange:
        findings.add("lost", line, f"{what} is nothing that a script has")
    for row in script.rows:
        if row.kind != "e":
            continue
        if not row.on:
            findings.add(
                "same",
                row.line,
                'switched off (en="F"): CTP leaves these elements as they are, here the tables decide',
            )
            continue
        key = row.name.upper()
        if key in rows:
            findings.add(
                "lost",
                rows[key].line,
                f"{row.title or row.name} is named again in line {row.line}, which counts",
            )
        rows[key] = row
    return list(rows.values())


def _rules(row: Row, script: Script, base: Rules, findings: Findings) -> list[dict[str, Any]]:
    title = row.title or row.name
    if "[" in row.name or int(row.name[:4], 16) & 1:
        return whole.private(row, findings)
    tag = int(row.name, 16)
    if tag in marks.MARKS:
        findings.add(
            "near", row.line, "marks of de-identification: Cleanroom writes them itself, from what it did"
        )
        return []
    element = Element(tag, Names(script.rows), script.parameters)
    if standard_vr(tag) is None:
        kind: Any = "same" if row.text == "@remove()" else "lost"
        findings.add(kind, row.line, f"{title}: PS3.6 has no such element; Cleanroom removes it")
        return []
    try:
        found = outcomes(row.text, element)
        made = [rule(one, element, "/" if one.root else "", f"line {row.line}: {row.text}") for one in found]
    except (Unexpressed, ValueError) as reason:
        return _instead(row, element, base, findings, str(reason))
    for note in dict.fromkeys(note for one in found for note in one.notes):
        lost = note.removeprefix("NOT EXPRESSED ")
        findings.add(
            "near" if lost == note else "lost", row.line, note if lost == note else f"{title}: {lost}"
        )
    if len(found) == 1 and _same(found[0], tag, base):
        findings.add("same", row.line, "the tables say the same; no rule is needed")
        return []
    return made


def _instead(
    row: Row, element: Element, base: Rules, findings: Findings, reason: str
) -> list[dict[str, Any]]:
    cell = base.cells.cell(0, element.tag)
    title = row.title or element.word
    if element.tag in PATIENT:
        findings.add("lost", row.line, f"{title}: {reason}; it becomes the patient's pseudonym")
    elif cell not in _RETAINED:
        findings.add("lost", row.line, f"{title}: {reason}; the Basic Profile's {cell} is done instead")
    else:
        findings.add("lost", row.line, f"{title}: {reason}; it is removed instead")
        return [rule(Outcome("remove"), element, "", f"line {row.line}: {row.text}")]
    return []


def _same(one: Outcome, tag: int, base: Rules) -> bool:
    if one.when or one.root:
        return False
    if tag in PATIENT:
        return one.keys.get("value") == "{patient}"
    cell = base.cells.cell(0, tag)
    if one.action == "keep" and cell == "C":
        return standard_vr(tag) in ("TM", "SQ")
    return _LETTERS.get(one.action) == cell


def yaml_text(translation: Translation, name: str) -> str:
    """The profile as its file holds it."""
    head = f"# {name}: made by `cleanroom profile import-ctp`; read what it could not express before use.\n"
    return head + yaml.safe_dump(
        translation.profile, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
