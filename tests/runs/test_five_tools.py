"""Five tools by five rules on one input folder, two of them missing: the fallbacks finish the run."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from own_tools import own_tools
from runs.conftest import Run
from tooled import COMMAND, by_name, head_in_series

pytestmark = pytest.mark.long
RULES: dict[str, dict[str, Any]] = {
    "sheared": {"compare": ["quickshear", "builtin"], "complete": True},
    "registered": {"tool": "pydeface", "fallback": "builtin", "complete": True},
    "own": {"tool": "custom", "options": ["cuts"], "fallback": "builtin"},
    "afni": {"tool": "afni_refacer", "mode": "reface", "fallback": ["quickshear", "builtin"]},
    "mayo": {"tool": "mri_reface", "fallback": "builtin"},
}
RELEASED_BY = {
    "sheared": "quickshear",
    "registered": "pydeface",
    "own": "custom",
    "afni": "builtin",
    "mayo": "builtin",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The workflow on one head in five series, finished."""
    source = head_in_series(tmp_path_factory.mktemp("export"), RULES)
    folder = tmp_path_factory.mktemp("run")
    tools = str(own_tools())
    values = {
        "faces": {"rules": by_name(RULES)},
        "tools": {
            "quickshear": {"path": tools},
            "pydeface": {"path": tools},
            "custom": {"command": COMMAND},
        },
    }
    (folder / "faces.yaml").write_text(yaml.safe_dump(values))
    run = Run(folder, source)
    whole = Path(__file__).parents[2] / "config.yaml"
    done = run.call("--configfile", str(whole), str(folder / "faces.yaml"))
    (folder / "terminal").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    return run


def faces(run: Run) -> dict[str, dict[str, Any]]:
    """Of the report, by Series Description."""
    (manifest,) = run.private.glob("studies/*/manifest.tsv")
    header, *rows = (line.split("\t") for line in manifest.read_text().splitlines())
    names = {row[header.index("series")]: row[header.index("series_description")] for row in rows}
    report = json.loads((run.results / "report" / "report.json").read_text())
    assert {entry["verdict"] for entry in report["series"]} == {"released"}, report["series"]
    return {names[entry["series"]]: entry["face"] for entry in report["series"]}


def test_every_series_is_released_by_its_tool_or_a_fallback(run: Run) -> None:
    found = faces(run)
    assert {name: face["tool"] for name, face in found.items()} == RELEASED_BY
    assert all(face["voxels_changed"] for face in found.values())


def test_the_report_says_what_was_missing_and_what_took_its_place(run: Run) -> None:
    found = faces(run)
    assert [item["outcome"] for item in found["mayo"]["attempts"]] == ["missing", "released"]
    assert "not found on PATH" in found["mayo"]["reason"]
    missing, quickshear, builtin = found["afni"]["attempts"]
    assert missing["outcome"] == "missing"
    assert quickshear["outcome"] == "implausible"
    assert "the eyes can still be seen" in quickshear["reason"], "a plane before the brain leaves them"
    assert builtin["outcome"] == "released"
    page = (run.results / "report" / "index.html").read_text()
    assert "mri_reface" in page
    assert "not found on PATH" in page


def test_what_is_missing_is_said_before_the_first_job(run: Run) -> None:
    said = (run.folder / "terminal").read_text()
    first = said.index("tool `mri_reface` cannot run")
    assert first < said.index("intake")
    assert "docker archive from NITRC" in said
    assert said.count("cannot run") == 2


def test_tools_that_are_compared_have_their_agreement_and_times(run: Run) -> None:
    quickshear, builtin = faces(run)["sheared"]["attempts"]
    assert (quickshear["outcome"], builtin["outcome"]) == ("released", "plausible")
    assert 0.2 < quickshear["dice"]["builtin"] < 1
    assert quickshear["dice"]["builtin"] == builtin["dice"]["quickshear"]
    assert builtin["seconds"] > 0


def test_their_pictures_lie_side_by_side_on_the_private_page_alone(run: Run) -> None:
    own, shared = ((root / "report" / "index.html").read_text() for root in (run.private, run.results))
    for name in ("before", "quickshear", "builtin"):
        for view in ("Three planes", "From the front", "From the left"):
            assert own.count(f'alt="{view}, {name}"') == 1
            assert f'alt="{view}, {name}"' not in shared
    assert len(list(run.private.glob("studies/*/compared/*/*.png"))) == 9
    assert not list(run.results.rglob("*.png"))


def test_nothing_that_is_private_to_a_call_is_in_the_shared_report(run: Run) -> None:
    text = (run.results / "report" / "report.json").read_text()
    assert str(run.private) not in text
    assert '"command"' not in text


def test_no_tool_runs_again_at_the_next_call(run: Run) -> None:
    whole = Path(__file__).parents[2] / "config.yaml"
    again = run.call("--dry-run", "--configfile", str(whole), str(run.folder / "faces.yaml"))
    assert again.returncode == 0
    jobs = {line.split()[0] for line in again.stdout.splitlines() if line.strip()}
    assert not jobs & {"ask", "quickshear", "pydeface", "custom", "deface", "encode"}
