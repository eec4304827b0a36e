"""``pytest -m real_tools``: every tool that this machine has, on a generated head; the others by name."""

from pathlib import Path

import pytest
from own_tools import own_tools
from tooled import de_faced, head_in_series, taken

from cleanroom import config
from cleanroom.tools.presence import presence
from cleanroom.tools.table import CUSTOM, external, table

pytestmark = [pytest.mark.real_tools, pytest.mark.long]
TOOLS = [name for name in table() if external(name) and name not in (CUSTOM, "anonymi")]


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_of_this_machine_writes_what_can_be_judged(name: str, tmp_path: Path) -> None:
    place = {"path": str(own_tools())} if name == "quickshear" else {}
    lacks = presence(name, config.load({"tools": {name: place}}).place(name)).lacks
    if lacks:
        pytest.skip(f"{name}: {lacks}")
    source = head_in_series(tmp_path / "export", ["t1"])
    rules = [{"tool": name, "fallback": "builtin", "complete": True}]
    study = taken(source, tmp_path, faces={"rules": rules}, tools={name: place})
    (face,) = de_faced(study).values()
    attempt = face.attempts[0]
    assert face.decision == "face"
    assert attempt.outcome in ("released", "implausible"), attempt.said
    assert attempt.measures["brain_touched"] < 0.005
