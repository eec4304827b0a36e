"""Why files are set aside, in words that may be shared, and what mends it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from cleanroom.records import NO_VERDICT
from cleanroom.report.inventory import SetAsideLine
from cleanroom.report.wording import shareable

WORDS: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text())


@dataclass(frozen=True)
class Reason:
    """What was set aside for the same reason."""

    step: str
    reason: str
    fix: str
    files: int
    series: list[str]

    @property
    def failed(self) -> bool:
        """Whether a step broke, rather than judged."""
        return self.reason.startswith((f"{self.step} failed", NO_VERDICT))


def combined(lines: Iterable[SetAsideLine]) -> list[SetAsideLine]:
    """The same lines in words that may be shared, each with a fix; equal ones are added up."""
    counts: Counter[SetAsideLine] = Counter()
    for line in lines:
        fix = fix_of(line.reason, line.fix, line.kind)
        counts[replace(line, reason=shareable(line.reason), fix=fix, kind="", files=0)] += line.files
    return [replace(line, files=files) for line, files in counts.items()]


def fix_of(reason: str, fix: str, kind: str) -> str:
    """What mends it: as the step says, or what follows from the reason or the kind of file."""
    return shareable(fix) or WORDS["reasons"].get(reason) or WORDS["fixes"].get(kind, "")


def reasons(lines: Iterable[SetAsideLine]) -> list[Reason]:
    """Group what is set aside by step, reason and fix: failures first, then most files first."""
    groups: dict[tuple[str, str, str], list[SetAsideLine]] = defaultdict(list)
    for line in lines:
        groups[line.step, line.reason, line.fix].append(line)
    found = [
        Reason(*key, sum(line.files for line in group), [line.series for line in group if line.series])
        for key, group in groups.items()
    ]
    return sorted(found, key=lambda item: (not item.failed, -item.files, item.reason))
