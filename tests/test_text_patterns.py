"""Situations: every pattern finds its examples whole, and leaves its counter-examples alone."""

import pytest

from cleanroom.clean.text.patterns import Pattern, patterns

CASES = [(pattern, text, True) for pattern in patterns() for text in pattern.examples]
CASES += [(pattern, text, False) for pattern in patterns() for text in pattern.others]


@pytest.mark.parametrize(
    ("pattern", "text", "found"), CASES, ids=lambda value: value.name if isinstance(value, Pattern) else None
)
def test_a_pattern_finds_what_it_says(pattern: Pattern, text: str, found: bool) -> None:
    assert bool(list(pattern.spans(text))) is found
