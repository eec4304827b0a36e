"""The exam's report: the score by kind, every miss, every leak."""

from collections import Counter
from pathlib import Path

from exam.grade import Grades
from exam.key import KINDS, Check


def table(grades: Grades) -> str:
    """Checks, misses and score by kind."""
    missed = grades.missed()
    lines = [f"{'kind':24}{'checks':>8}{'missed':>8}{'score':>10}"]
    for kind in KINDS:
        count = grades.passed[kind] + missed[kind]
        if count:
            lines.append(f"{kind:24}{count:8}{missed[kind]:8}{grades.passed[kind] / count:10.3%}")
    count = sum(grades.passed.values()) + len(grades.misses)
    lines.append(f"{'all':24}{count:8}{len(grades.misses):8}{grades.share():10.3%}")
    hard = sum(check.note == "text only" for check, _ in grades.misses)
    lines.append(f"misses on identities that stand in no listed attribute of their file: {hard}")
    return "\n".join(lines)


def attributes(grades: Grades, most: int = 40) -> str:
    """Misses by kind and attribute, the most frequent first."""
    found = Counter((check.kind, check.place.split(".")[-1]) for check, _ in grades.misses)
    return "\n".join(f"{count:6}  {kind:22}{place}" for (kind, place), count in found.most_common(most))


def miss(check: Check, found: str) -> str:
    """One miss on one line; all identities are invented."""
    return "\t".join([check.file, check.kind, check.place, check.rule, check.value, check.note, found[:200]])


def write(path: Path, grades: Grades, leaked: list[tuple[str, str]], absent: list[str], digest: str) -> str:
    """Write the whole report; what to print of it."""
    head = [
        f"key {digest}",
        "",
        table(grades),
        "",
        f"files that did not come out: {len(absent)} {absent[:20]}",
    ]
    head += [f"strings found as bytes: {len(leaked)} in {len({number for number, _ in leaked})} files"]
    head += ["", "misses by attribute", attributes(grades)]
    rows = ["", "every miss: file, kind, place, rule, value, note, found"]
    rows += [miss(check, found) for check, found in grades.misses]
    rows += ["", "every string found as bytes: file, string"] + [
        f"{number}\t{text}" for number, text in leaked
    ]
    path.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    return "\n".join(head)
