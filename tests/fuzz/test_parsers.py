"""The parsers of our own on damaged bytes: they give what they promise, or refuse, and never hang."""

import time
from random import Random

import pytest

from fuzz.files import broken
from fuzz.targets import TARGETS, beginnings

TRIES = 400


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_bytes(name: str) -> None:
    chance = Random(name)
    starts = beginnings()[name]
    for _ in range(TRIES):
        data = broken(chance.choice(starts), chance)
        started = time.process_time()
        TARGETS[name](data)
        assert time.process_time() - started < 5
