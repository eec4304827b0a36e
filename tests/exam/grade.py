"""The grader: looks at cleaned files only, infers new UIDs, dates and patients from them by itself."""

import datetime
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from exam.cleaned import Cleaned
from exam.key import Check, Key

WORD = re.compile(r"\w+")
WHOLE_WORDS = 4


@dataclass
class Grades:
    """What passed, what did not, and what was found instead."""

    passed: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[Check, str]] = field(default_factory=list)

    def add(self, check: Check, good: bool, found: str) -> None:
        """Count one check."""
        if good:
            self.passed[check.kind] += 1
        else:
            self.misses.append((check, found))

    def missed(self) -> Counter[str]:
        """Misses by kind."""
        return Counter(check.kind for check, _ in self.misses)

    def share(self) -> float:
        """The part of all checks that passed."""
        right = sum(self.passed.values())
        return right / (right + len(self.misses))


class Grader:
    """Grades a set of cleaned files."""

    def __init__(self, key: Key, cleaned: dict[str, Cleaned]) -> None:
        self.checks = sorted(set(key.checks))
        self.patients = key.patients
        self.cleaned = cleaned
        self.shifts = self._shifts()
        self.uids = self._majority("uid consistent")
        self.ids = self._majority("patient id consistent")

    def grade(self) -> Grades:
        """Every check of the key but those of burned-in words; a file that did not come out misses all."""
        graders: dict[str, Callable[[Check, Cleaned], tuple[bool, str]]] = {
            "tag retained": self._tag_retained,
            "text not null": self._not_null,
            "text retained": self._retained,
            "text removed": self._removed,
            "date shifted": self._shifted,
            "uid changed": self._changed,
            "uid consistent": self._consistent,
            "patient id consistent": self._patient,
            "pixels retained": self._pixels,
        }
        grades = Grades()
        for check in self.checks:
            if check.kind in graders:
                cleaned = self.cleaned.get(check.file)
                good, found = (
                    graders[check.kind](check, cleaned) if cleaned else (False, "file did not come out")
                )
                grades.add(check, good, found)
        return grades

    def _tag_retained(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        return bool(cleaned.elements(check.place)), "no such element"

    def _not_null(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        texts = cleaned.texts(check.place)
        return any(texts), "empty" if texts else "no such element"

    def _retained(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        texts = cleaned.texts(check.place)
        if check.rule == "equal":
            return any(text == check.value.strip() for text in texts), " | ".join(texts)
        return any(holds_word(text, check.value) for text in texts), " | ".join(texts)

    def _removed(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        if check.place == "preamble":
            preamble = cleaned.dataset.preamble or b""
            return check.value.encode() not in preamble, preamble.decode("latin-1").strip("\0")
        texts = cleaned.readings(check.place)
        return not any(holds(text, check.value) for text in texts), " | ".join(texts[:1])

    def _shifted(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        texts = cleaned.texts(check.place)
        shift = self.shifts.get(self.patients[check.instance], 0)
        if not shift or shift % 7:
            return False, f"the patient's shift is {shift} days"
        return any(days_between(check.value, text) == shift for text in texts), " | ".join(texts)

    def _changed(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        texts = cleaned.texts(check.place)
        new = all(text.startswith("2.25.") for text in texts) and any(texts)
        good = check.value not in "\\".join(texts).split("\\") and (check.rule == "absent" or new)
        return good, " | ".join(texts)

    def _consistent(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        texts, expected = cleaned.texts(check.place), self.uids.get(check.value, "")
        alone = list(self.uids.values()).count(expected) == 1
        return bool(expected) and alone and expected in texts and expected != check.value, " | ".join(texts)

    def _patient(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        texts, expected = cleaned.texts(check.place), self.ids.get(check.value, "")
        alone = list(self.ids.values()).count(expected) == 1
        return bool(expected) and alone and texts == [expected] and expected != check.value, " | ".join(texts)

    def _pixels(self, check: Check, cleaned: Cleaned) -> tuple[bool, str]:
        pixels = cleaned.dataset.get("PixelData") or b""
        return hashlib.sha256(pixels).hexdigest() == check.value, f"{len(pixels)} other bytes"

    def _shifts(self) -> dict[int, int]:
        """Days by patient, as most of the dates moved."""
        found: dict[int, Counter[int]] = defaultdict(Counter)
        for check, text in self._texts("date shifted"):
            if (days := days_between(check.value, text)) is not None:
                found[self.patients[check.instance]][days] += 1
        return {patient: days.most_common(1)[0][0] for patient, days in found.items()}

    def _majority(self, kind: str) -> dict[str, str]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for check, text in self._texts(kind):
            if text:
                found[check.value][text] += 1
        return {original: texts.most_common(1)[0][0] for original, texts in found.items()}

    def _texts(self, kind: str) -> list[tuple[Check, str]]:
        return [
            (check, self.cleaned[check.file].first(check.place))
            for check in self.checks
            if check.kind == kind and check.file in self.cleaned
        ]


def days_between(old: str, new: str) -> int | None:
    """Days from one DA or DT to another; nothing when one is no date or the time of day differs."""
    try:
        days = datetime.datetime.strptime(new[:8], "%Y%m%d") - datetime.datetime.strptime(old[:8], "%Y%m%d")
    except ValueError:
        return None
    return days.days if old[8:] == new[8:] else None


def holds(text: str, token: str) -> bool:
    """Whether an identity stands in a text: short ones as a word, longer ones anywhere."""
    if len(token) < WHOLE_WORDS and token.isascii():
        return holds_word(text, token)
    return token.casefold() in text.casefold()


def holds_word(text: str, word: str) -> bool:
    """Whether a text has a word, or several in a row, case ignored."""
    words = WORD.findall(text.casefold())
    wanted = WORD.findall(word.casefold())
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))
