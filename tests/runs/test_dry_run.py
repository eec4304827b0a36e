"""A look at what a run would do: the jobs are counted, and described where that is asked for."""

import subprocess
import sys

import pytest
from many import write_studies
from runs.tiny import Folders, beside

STUDIES = 3
JOBS = 7 * STUDIES + 5


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A run of which only the intake has been done."""
    folder = tmp_path_factory.mktemp("dry")
    write_studies(folder / "input", STUDIES, 1)
    folders = beside(folder, "run", folder / "input")
    folders.finish("intake")
    return folders


def counted(told: str) -> dict[str, int]:
    """Rule → how many jobs of it."""
    pairs = (line.split() for line in told.partition("Job stats:")[2].splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdecimal()}


def test_the_jobs_are_counted(seen: Folders) -> None:
    told = seen.finish("--dry-run")
    counts = counted(told)
    assert counts["deface"] == counts["release"] == STUDIES
    assert counts["total"] == JOBS
    assert "rule deface:" not in told


def test_they_are_described_where_that_is_asked_for(seen: Folders) -> None:
    told = seen.finish("--dry-run", "--quiet", "host")
    assert told.count("rule deface:") == STUDIES
    assert told.count("jobid:") == JOBS
    assert told.count("mem_mb=") >= 7 * STUDIES


def test_nothing_is_made(seen: Folders) -> None:
    before = sorted(seen.private.rglob("*"))
    seen.finish("--dry-run")
    assert sorted(seen.private.rglob("*")) == before
    assert not (seen.output / "release").exists()


def test_the_report_of_a_failed_run_is_there_until_the_next_run(seen: Folders) -> None:
    seen.finish()
    report = seen.output / "report" / "report.json"
    ending = [sys.executable, "-m", "cleanroom", "report", "--partial"]
    subprocess.run([*ending, "--config", str(seen.private / "config.json")], check=True)
    failed = report.stat().st_mtime_ns
    seen.finish("--dry-run")
    assert report.stat().st_mtime_ns == failed
    seen.finish()
    assert report.stat().st_mtime_ns > failed
    assert counted(seen.finish("--dry-run")) == {}
