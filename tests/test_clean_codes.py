"""Coded concepts: public codes stay, words that somebody typed do not."""

import pytest

from cleanroom.clean.codes import vetted


@pytest.mark.parametrize(
    ("scheme", "value", "meaning", "expected"),
    [
        ("SCT", "12738006", "Brain", ("SCT", "Brain")),
        ("SRT", "T-A0100", "brain", ("SRT", "brain")),
        ("SCT", "12738006", "Brain of Erika", ("SCT", "Brain")),
        ("SCT", "999999999", "Erika", ("SCT", "CLEANED")),
        ("UCUM", "mm", "Erika", ("UCUM", "mm")),
        ("UCUM", "ml/100ml/s", "Erika", ("UCUM", "ml/100ml/s")),
        ("UCUM", "Erika", "Erika", ("", "CLEANED")),
        ("99LOCAL", "ERIKA1", "Erika", ("", "CLEANED")),
        ("SCT", "Erika", "Erika", ("", "CLEANED")),
        ("", "", "Erika", ("", "CLEANED")),
    ],
)
def test_a_code(scheme: str, value: str, meaning: str, expected: tuple[str, str]) -> None:
    new_scheme, new_meaning = vetted(scheme, value, meaning)
    assert new_scheme == expected[0]
    assert new_meaning.casefold().startswith(expected[1].casefold()[:5])
    assert "erika" not in new_meaning.casefold()
