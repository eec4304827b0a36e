"""What counts of a person's decisions: for each series the last of approve, reject and rerun."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from json import dumps
from typing import Any

from cleanroom.review.table import STEPS, Decision


@dataclass
class Standing:
    """What was decided about one series.

    Attributes
    ----------
    approved
        Step → hashes of what was seen, for each approval of its doubt.
    rejected
        Whether it must not be released.
    held
        Whether a result of it was rejected: the next one waits for an approval.
    tool, mode
        What the face is to be removed with instead; empty: as the config says.
    rectangles
        Left, top, right, bottom: to be covered.
    """

    approved: dict[str, list[str]] = field(default_factory=dict)
    rejected: bool = False
    held: bool = False
    tool: str = ""
    mode: str = ""
    rectangles: list[tuple[int, int, int, int]] = field(default_factory=list)

    def approves(self, step: str, seen: str) -> bool:
        """Whether a person looked at just this and released it."""
        return seen in self.approved.get(step, [])

    def stale(self, step: str, seen: str) -> bool:
        """Whether a person released something of this series that has changed since."""
        return bool(self.approved.get(step)) and not self.approves(step, seen)

    def add(self, decision: Decision) -> None:
        """The next decision about this series."""
        if decision.what == "approve":
            self.rejected = False
            self.approved.setdefault(decision.step, []).append(decision.seen)
        elif decision.what == "reject":
            self.rejected = self.held = True
            self.approved = {}
        elif decision.what == "rerun":
            self.rejected = False
            self.tool, self.mode = decision.tool, decision.mode
        elif decision.what == "cover":
            self.rectangles.append(decision.box)
        elif decision.what == "withdraw":
            vars(self).update(vars(Standing()))


_USED: dict[str, tuple[str, ...]] = {
    "redact": ("rectangles",),
    "deface": ("tool", "mode"),
    "verify": (),
    "release": ("rejected", "held"),
}
"""What each step takes from a standing besides the approvals of its own doubt."""


def standings(decisions: Iterable[Decision]) -> dict[tuple[str, str], Standing]:
    """Study and series → what counts."""
    found: dict[tuple[str, str], Standing] = defaultdict(Standing)
    for decision in decisions:
        found[decision.study, decision.series].add(decision)
    return dict(found)


def fingerprint(decisions: Iterable[Decision], step: str, study: str) -> str:
    """Changes when a decision does on which this step of this study depends; empty when there is none."""
    used = {
        series: value
        for (name, series), standing in sorted(standings(decisions).items())
        if name == study and (value := _used(standing, step))
    }
    return sha256(dumps(used, sort_keys=True).encode()).hexdigest()[:16] if used else ""


def _used(standing: Standing, step: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: asdict(standing)[name] for name in _USED[step]}
    values["approved"] = standing.approved.get(step)
    return {name: value for name, value in values.items() if value}


assert set(_USED) == set(STEPS)
