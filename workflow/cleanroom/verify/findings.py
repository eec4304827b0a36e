"""What the checks found in one series, brought together."""

import logging
from collections.abc import Callable

from cleanroom.errors import SetAside

log = logging.getLogger(__name__)
UNFINISHED = "could not be finished"
SHOWN = 4
"""Findings of one check that are told in full."""


class Findings:
    """Findings of a series by check; the same finding in many instances is told once.

    Parameters
    ----------
    series
        Pseudonym.
    size
        Number of instances.
    """

    def __init__(self, series: str, size: int) -> None:
        self._series = series
        self._size = size
        self._found: dict[str, dict[str, list[str]]] = {}

    def run(self, check: str, call: Callable[[], list[str]], number: str = "") -> None:
        """Run a check; one that cannot be finished has found something."""
        try:
            found = call()
        except SetAside as failure:
            found = [failure.reason]
        except Exception as error:
            log.exception("%s/%s: the check of %s could not be finished", self._series, number, check)
            found = [f"{UNFINISHED} ({type(error).__name__})"]
        numbers = self._found.setdefault(check, {})
        for text in found:
            numbers.setdefault(text, []).append(number)

    def told(self, check: str) -> str:
        """What a check found, in words; empty when nothing."""
        found = self._found.get(check, {})
        texts = [self._counted(text, numbers) for text, numbers in list(found.items())[:SHOWN]]
        if len(found) > SHOWN:
            texts.append(f"and {len(found) - SHOWN} more")
        return "; ".join(texts)

    @property
    def clean(self) -> bool:
        """Whether no check has found anything."""
        return not any(self._found.values())

    def only(self, checks: set[str]) -> bool:
        """Whether nothing was found but by these checks."""
        return {check for check, found in self._found.items() if found} <= checks

    def says(self, *parts: str) -> bool:
        """Whether one of these texts stands in any finding."""
        texts = [text for found in self._found.values() for text in found]
        return any(part in text for part in parts for text in texts)

    def _counted(self, text: str, numbers: list[str]) -> str:
        named = list(dict.fromkeys(number for number in numbers if number))
        if not named:
            return text
        return f"{text} ({len(named)} of {self._size} instances, first {named[0]})"
