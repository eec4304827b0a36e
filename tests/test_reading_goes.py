"""Which words go under `words: all` and `words: identity`."""

import pytest

from cleanroom.reading import Word
from cleanroom.reading.goes import chooser

OWN = frozenset(
    {("person", "Müller^Anna"), ("id", "PAT0815-77"), ("date", "19540312"), ("person", "Soroka^Olga")}
)
BOX = (0, 0, 50, 10)


@pytest.mark.parametrize(
    ("text", "score", "readable", "goes"),
    [
        ("MÜLLER Anna", 0.99, True, True),
        ("MOLLER", 0.99, True, True),
        ("MU11ER", 0.99, True, True),
        ("PATO815-77", 0.97, True, True),
        ("12.03.1954", 0.99, True, True),
        ("Dr. Huber", 0.99, True, True),
        ("03/04/1987", 0.99, True, True),
        ("120 kV", 0.99, True, False),
        ("TIS0.4 MI 1.4", 0.98, True, False),
        ("Gain 64%", 0.99, True, False),
        ("Gain 64%", 0.6, True, True),
        ("", 0.98, False, True),
        ("L", 0.99, True, False),
        ("王小明", 0.99, True, True),
        ("Иванов", 0.99, True, True),
        ("5 µm", 0.99, True, False),
        ("COPOKA", 0.99, True, True),
        ("Mül ler", 0.99, True, True),
        ("PAT0 815-77", 0.99, True, True),
    ],
)
def test_identity(text: str, score: float, readable: bool, goes: bool) -> None:
    word = Word(text, score, BOX, readable=readable)
    assert chooser("identity", OWN)(word) is goes


@pytest.mark.parametrize(("text", "goes"), [("120 kV", True), ("L", False), ("LI", True)])
def test_all(text: str, goes: bool) -> None:
    assert chooser("all", OWN)(Word(text, 0.99, BOX)) is goes


def test_identity_without_an_identity_that_is_known_is_all() -> None:
    assert chooser("identity", frozenset())(Word("120 kV", 0.99, BOX))
