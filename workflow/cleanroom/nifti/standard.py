"""What BIDS allows a volume to be called, and whether the table of the config keeps to it."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cleanroom.config import BidsRule
from cleanroom.errors import StopRun

TABLE = Path(__file__).parent / "names.yaml"


@cache
def table() -> dict[str, Any]:
    """What BIDS allows and asks for."""
    content: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return content


def check(rules: list[BidsRule]) -> None:
    """Every rule gives a name that BIDS has.

    Raises
    ------
    StopRun
        Naming the rule and what is wrong with it.
    """
    names = table()["names"]
    for number, rule in enumerate(rules, 1):
        wrong = ""
        known = names.get(rule.datatype, {}).get(rule.suffix)
        if rule.datatype == table()["extra"]:
            continue
        if known is None:
            wrong = f"BIDS has no {rule.datatype or '(no datatype)'}/{rule.suffix or '(no suffix)'} here"
        elif foreign := sorted(rule.entities.keys() - set(known["entities"])):
            wrong = f"{rule.datatype}/{rule.suffix} takes no entity `{foreign[0]}`"
        elif bad := [value for value in rule.entities.values() if not re.fullmatch(r"[A-Za-z0-9]+", value)]:
            wrong = f"`{bad[0]}` is no label: letters and digits only"
        if wrong:
            raise StopRun(f"Rule {number} of release.bids: {wrong}.", "mend it; docs/nifti.md has the names")
