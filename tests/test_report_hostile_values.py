"""Values that mean harm are inert on the page, in the tables and in the terminal."""

import re
from pathlib import Path

import pandas as pd
import pytest
from report_sample import FIRST, UNSURE, Sample

from cleanroom.records import SetAsideRow, VerifyRecord
from cleanroom.report import report, summary
from cleanroom.report.wording import cell, path_cell, shareable

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd('rm')!A1"
HIDDEN = "left\u202eright\x1b[31m\x00\u2066"
HOSTILE = f'{FORMULA} {SCRIPT} {HIDDEN} "><img src=x onerror=alert(1)> {{{{ 7*7 }}}}'


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    sample = Sample(tmp_path)
    row = SetAsideRow(series=UNSURE, step="verify", reason=HOSTILE, fix=HOSTILE)
    path = sample.config.private / "studies" / FIRST / "faces.json"
    path.write_text(path.read_text().replace('"step": "deface"', '"step": "deface", "numbers": ["00009"]'))
    VerifyRecord(set_aside=[row], checks={UNSURE: {SCRIPT: HOSTILE}}).save(
        sample.config.private / "studies" / FIRST / "verdict.json"
    )
    sample.add_file("=cmd()|x", kind="other", verdict="set_aside", reason="+1+1")
    sample.add_file("tab\tand\nline\u202e", kind="other", verdict="set_aside", reason="@SUM(A1)")
    report(sample.config)
    return sample


@pytest.mark.parametrize("private", [False, True])
def test_the_page_has_no_tag_and_no_hidden_character_of_theirs(sample: Sample, private: bool) -> None:
    page = sample.page(private)
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<script") == 1
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)


def test_no_cell_is_a_formula(sample: Sample) -> None:
    for path in [sample.config.output / "set_aside.tsv", sample.config.private / "inventory.tsv"]:
        rows = pd.read_csv(path, sep="\t", keep_default_na=False, dtype=str)
        assert not rows.map(lambda value: value.startswith(("=", "+", "-", "@"))).any(axis=None)
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", path.read_text())


def test_one_line_a_file_whatever_its_name(sample: Sample) -> None:
    lines = (sample.config.private / "inventory.tsv").read_text().split("\n")
    assert len(lines) == 1 + 18 + 1
    assert {line.count("\t") for line in lines[:-1]} == {10}


def test_the_terminal_gets_no_escape(sample: Sample) -> None:
    text = summary(sample.config)
    assert "\x1b" not in text
    assert "\\u001b[31m" in text


def test_a_path_in_a_reason_is_left_out() -> None:
    assert shareable("No such file: '/data/Doe John/IM1'") == "No such file: (a path)"
    assert shareable("No such file: 'export/Doe/IM1'") == "No such file: (a path)"
    assert shareable("cannot open /data/Doe John/IM1") == "cannot open (a path)"
    assert shareable("MR/CT and `docs/faces.md` stay") == "MR/CT and `docs/faces.md` stay"


def test_an_endless_reason_is_cut() -> None:
    assert len(shareable("x" * 10_000)) == 400


def test_a_path_that_looks_like_a_formula_is_still_that_path() -> None:
    assert path_cell("=cmd()") == "./=cmd()"
    assert cell("=cmd()") == "'=cmd()"
