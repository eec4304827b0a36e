"""The answer key: one row a check, the same bytes on every machine."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

KINDS = (
    "tag retained",
    "text not null",
    "text retained",
    "text removed",
    "date shifted",
    "uid changed",
    "uid consistent",
    "patient id consistent",
    "pixels hidden",
    "pixels retained",
)


@dataclass(frozen=True, order=True)
class Check:
    """One thing to look at in one cleaned file.

    Attributes
    ----------
    file : str
        Number of the generated file; its Instance Number is the same.
    instance : str
        SOP Instance UID before cleaning.
    place : str
        Path of tags (``00400275[0].00081030``), private elements as ``0029:CREATOR:10``, or ``preamble``.
    kind : str
        One of `KINDS`.
    value : str
        The token, value, date, UID or digest that the check is about.
    rule : str
        How to compare: ``token``, ``word``, ``equal``, ``absent``, ``new`` or nothing.
    note : str
        ``text only`` for an identity that no listed attribute of its file says.
    """

    file: str
    instance: str
    place: str
    kind: str
    value: str
    rule: str = ""
    note: str = ""


@dataclass
class Key:
    """All checks, and what must not come out as bytes."""

    checks: list[Check] = field(default_factory=list)
    patients: dict[str, int] = field(default_factory=dict)
    strings: list[tuple[str, str]] = field(default_factory=list)
    """Text that must not be found, and the codec of its file."""

    def digest(self) -> str:
        """SHA-256 of the sorted checks, patients and strings."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """The key as one line of JSON, sorted."""
        content = {
            "checks": [list(asdict(check).values()) for check in sorted(set(self.checks))],
            "patients": sorted(self.patients.items()),
            "strings": sorted(set(self.strings)),
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def counts(self) -> dict[str, int]:
        """Checks by kind."""
        found = Counter(check.kind for check in set(self.checks))
        return {kind: found[kind] for kind in KINDS}

    def save(self, path: Path) -> None:
        """Write the key."""
        path.write_text(self.canonical(), encoding="utf-8")


def load(path: Path) -> Key:
    """Read a key."""
    content = json.loads(path.read_text(encoding="utf-8"))
    checks = [Check(*row) for row in content["checks"]]
    return Key(checks, dict(content["patients"]), [(text, codec) for text, codec in content["strings"]])


def merged(keys: Iterable[Key]) -> Key:
    """Several keys as one."""
    whole = Key()
    for each in keys:
        whole.checks += each.checks
        whole.patients |= each.patients
        whole.strings += each.strings
    return whole
