"""The last lines of a run."""

from pathlib import Path

import pytest
from report_sample import FIRST, UNSURE, Sample

from cleanroom.config import Config
from cleanroom.records import ReleaseRecord, SetAsideRow
from cleanroom.report import report, summary


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path)


def test_they_say_how_many_why_and_where(sample: Sample) -> None:
    report(sample.config)
    text = summary(sample.config)
    for part in [
        "released     7",
        "set aside    7  nothing failed",
        "faces kept   1",
        "3  deface: the template did not fit",
        "→ add a rule to `faces.rules`",
        str(sample.config.output / "report" / "index.html"),
        str(sample.config.private / "report" / "index.html"),
    ]:
        assert part in text


def test_no_line_is_wider_than_the_terminal(sample: Sample) -> None:
    report(sample.config)
    text = summary(sample.config).replace(str(sample.config.private.parent), "")
    assert all(len(line) <= 100 for line in text.splitlines())


def test_what_failed_comes_first(sample: Sample) -> None:
    path = sample.config.private / "studies" / FIRST / "clean.json"
    row = SetAsideRow(series=UNSURE, numbers=["00001"], step="clean", reason="clean failed (KeyError)")
    record = ReleaseRecord.load(path)
    record.model_copy(update={"set_aside": [row]}).save(path)
    report(sample.config)
    text = summary(sample.config)
    assert "1 of them because a step failed" in text
    assert text.index("clean failed") < text.index("the template did not fit")


def test_only_so_many_reasons_are_listed(sample: Sample) -> None:
    for number in range(20):
        sample.add_file(f"x{number}", kind="other", verdict="set_aside", reason=f"reason {number}")
    report(sample.config)
    assert "more reasons: see set_aside.tsv" in summary(sample.config)


def test_a_run_that_ended_early_says_so(tmp_path: Path) -> None:
    assert "no report yet" in summary(Config(output=tmp_path))
