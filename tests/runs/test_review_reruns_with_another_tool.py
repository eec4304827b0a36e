"""A person chooses another tool for a head in doubt on the page, and the next run of Snakemake uses it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from browser import page
from runs.conftest import Run
from runs.tiny import HERE
from tooled import COMMAND, head_in_series

from cleanroom.records import FaceRecord

pytestmark = pytest.mark.long
RULES = {"rules": [{"match": {"description": "^no series is called this$"}, "tool": "custom"}]}
"""A rule for no series: every face is in doubt, and the stand-in for a tool of the user's has its jobs."""
TOOLS = {"custom": {"command": f"{COMMAND} cuts"}}


def called(run: Run) -> None:
    done = run.call(faces=json.dumps(RULES), tools=json.dumps(TOOLS))
    assert done.returncode == 0, done.stdout + done.stderr


def decided(run: Run) -> FaceRecord:
    (path,) = run.private.glob("studies/*/faces.json")
    return FaceRecord.load(path)


def test_the_tool_that_was_chosen_on_the_page_removes_the_face(tmp_path: Path) -> None:
    run = Run(tmp_path, head_in_series(tmp_path / "in", ["T1"]))
    called(run)
    ((name, face),) = decided(run).series.items()
    assert face.decision == "unsure"
    server = subprocess.Popen(
        [sys.executable, "-m", "cleanroom", "review", "--config", str(run.private / "config.json")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(HERE / "workflow")},
    )
    try:
        assert server.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", server.stdout.readline())
        assert found
        with page() as browser:
            browser.goto(found[0])
            browser.click(f"text={name}")
            browser.select_option("select[name=tool]", "custom")
            browser.click("button[value=rerun]")
            assert "Nothing waits for you" in browser.inner_text("h1") or browser.locator(f"#{name}").count()
            assert browser.noted == []
    finally:
        server.terminate()
        server.wait(10)
    called(run)
    face = decided(run).series[name]
    assert (face.decision, face.tool) == ("face", "custom")
    assert face.voxels_changed > 0
    assert list((run.results / "release" / "dicom").rglob("*.dcm"))
    report = json.loads((run.results / "report" / "report.json").read_text())
    assert [(entry["face"]["tool"], entry["verdict"]) for entry in report["series"]] == [
        ("custom", "released")
    ]
