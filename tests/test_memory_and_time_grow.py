"""A scheduler ends a job for its memory or time: it comes back and asks for twice as much."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from exports import instance, save

from cleanroom import config
from cleanroom.intake.loads import read_loads
from cleanroom.intake.take_in import take_in
from cleanroom.plan import Plan
from cleanroom.tools.table import table

RULES = Path(__file__).parents[1] / "workflow" / "rules"
BLOCKS = [
    block
    for path in sorted(RULES.glob("*.smk"))
    for block in re.split(r"\n(?=rule |checkpoint |use rule )", f"\n{path.read_text()}")
    if re.match(r"rule |checkpoint |use rule ", block) and "localrule: True" not in block
]
Ask = Callable[..., int]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A run on one study, with a time of the user's for one tool."""
    root = tmp_path_factory.mktemp("asking")
    save(instance(1), root / "input" / "IM1")
    places = {"input": root / "input", "private": root / "private", "output": root / "out"}
    settings = config.load(places | {"tools": {"mri_reface": {"seconds": 7200}}})
    settings.private.mkdir(mode=0o700)
    take_in(settings)
    return Plan(settings, "", "", "", "", "")


@pytest.mark.parametrize(
    "block", BLOCKS, ids=lambda block: re.split(r"[ :\n]", block.removeprefix("use "))[1]
)
def test_every_rule_says_how_its_demands_grow(block: str) -> None:
    for resource in ("mem_mb", "runtime"):
        assert re.search(rf"{resource}=PLAN\.\w+\(", block), f"{resource} is what the profile gives to all"


def test_by_the_largest_series_of_a_study(plan: Plan) -> None:
    study = next(iter(read_loads(plan.config.private)))
    wildcards = type("Wildcards", (), {"study": study})
    for ask in (plan.memory("encode"), plan.minutes("encode")):
        assert ask(wildcards, 2) == 2 * ask(wildcards, 1)
    assert plan.memory("encode")(wildcards, 1) >= 1000


def test_for_all_studies_and_for_each_thread(plan: Plan) -> None:
    assert [plan.growing(1000)(None, attempt) for attempt in (1, 2, 3)] == [1000, 2000, 4000]
    assert plan.growing_by_thread(2500)(None, threads=4, attempt=2) == 20_000


def test_for_a_tool_as_long_as_it_may_take(plan: Plan) -> None:
    for tool, known in table().items():
        memory, minutes = plan.tool_memory(tool), plan.tool_minutes(tool)
        assert memory(None, 3) == 4 * known.memory_mb
        assert minutes(None, 2) == 2 * minutes(None, 1)
        assert minutes(None, 1) * 60 > (plan.config.place(tool).seconds or known.seconds)
    assert plan.tool_minutes("mri_reface")(None, 1) == 130
