"""What a step is watched to take from its study's work folder is what its rule waits for."""

import re
from pathlib import Path

import pytest

from cleanroom.step import TAKES

RULES = Path(__file__).parents[1] / "workflow" / "rules"
BESIDE = {"deface": {"volumes"}, "release": {"nifti"}}
"""What no rule names: volumes come again with what is after them, the tree only where it is asked for."""


def named(step: str) -> set[str]:
    """What the rule of a step takes from ``work/{study}``."""
    text = (RULES / f"{step}.smk").read_text()
    inputs = text.partition(f"rule {step}:")[2].partition("    output:")[0]
    assert "    input:" in inputs
    return set(re.findall(r'"work" / "\{study\}" / "([\w.]+)"', inputs))


@pytest.mark.parametrize("step", TAKES)
def test_the_rule_and_the_step_agree(step: str) -> None:
    assert named(step) | BESIDE.get(step, set()) == set(TAKES[step])
