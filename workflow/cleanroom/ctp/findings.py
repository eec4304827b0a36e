"""What an import has to say, by the lines of the script."""

from collections import defaultdict
from dataclasses import dataclass, field
from textwrap import fill
from typing import Literal

Kind = Literal["lost", "near", "same"]
_HEADINGS: dict[Kind, str] = {
    "lost": "Not expressed",
    "near": "Expressed, but not quite the same",
    "same": "Nothing to do",
}


@dataclass
class Findings:
    """Sentences about lines."""

    found: dict[Kind, dict[str, list[int]]] = field(
        default_factory=lambda: {kind: defaultdict(list) for kind in _HEADINGS}
    )

    def add(self, kind: Kind, line: int, sentence: str) -> None:
        """Say something about a line; the same sentence of several lines is said once."""
        self.found[kind][sentence].append(line)

    def __str__(self) -> str:
        """The findings as text: what was lost first."""
        text = []
        for kind, heading in _HEADINGS.items():
            sentences = sorted(self.found[kind].items(), key=lambda item: min(item[1]))
            if sentences:
                text += [f"{heading}:"]
                text += [_wrapped(f"{_lines(lines)}: {sentence}") for sentence, lines in sentences]
        return "\n".join(text)


def _wrapped(text: str) -> str:
    return fill(text, 110, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _lines(numbers: list[int]) -> str:
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in spans]
    return ("line " if len(words) == 1 and "-" not in words[0] else "lines ") + ", ".join(words)
