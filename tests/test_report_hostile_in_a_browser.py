"""Values that mean harm in every field that is shown: nothing runs, nothing is fetched, no layout breaks."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from browser import faults, page
from report_sample import FIRST, KEPT, UNSURE, Sample

from cleanroom import manifest
from cleanroom.records import CleanRecord, FaceAttempt, FaceRecord, SetAsideRow, TextRecord, VerifyRecord
from cleanroom.report import report
from cleanroom.review.table import COLUMNS
from cleanroom.study import Study

HARM = (
    "=cmd|'/C calc'!A1 <script>alert(1)</script> <img src=x onerror=alert(1)> \"'><svg/onload=alert(1)> "
    "javascript:alert(1) ../../etc/passwd {{7*7}} </style></title> "
    "\u202egnp.exe\u2066\u200b\x1b[31m\x07\u2028 @import url(http://evil.example/x.css) "
)
LONG = HARM + "W" * 10_000
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\u200b\u2028\u202a-\u202e\u2066-\u2069]")
KEPT_WORDS = {"decision", "tool", "mode", "outcome", "words", "step", "series", "verdict", "role"}


def spoiled(value: Any, name: str = "") -> Any:
    """A record whose every free text is harm."""
    if isinstance(value, dict):
        return {key: spoiled(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [spoiled(inner, name) for inner in value]
    return LONG if isinstance(value, str) and name not in KEPT_WORDS and name in FREE else value


FREE = {
    "reason",
    "fix",
    "version",
    "notes",
    "meaning",
    "weaker",
    "profile",
    "host",
    "user",
    "command",
    "folder",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    sample = Sample(tmp_path_factory.mktemp("hostile"), faces={"rules": [{"tool": "none", "reason": LONG}]})
    for folder in sorted((sample.config.private / "studies").iterdir()):
        study = Study(sample.config, folder.name)
        rows = [
            manifest.Instance(
                **{**vars(row), "modality": LONG, "series_description": LONG.replace("\x07", "")}
            )
            for row in study.instances
        ]
        manifest.write(folder / "manifest.tsv", rows)
        harm(study)
    sample.add_file(f"../../{LONG[:180]}.dcm", kind="other", verdict="set_aside", reason=LONG)
    sample.add_file("=cmd()|x", kind="picture", verdict="", reason="")
    said = {"what": "comment", "who": HARM[:60], "study": FIRST, "series": UNSURE, "comment": LONG[:1900]}
    line = "\t".join(re.sub(r"[\x00-\x1f\u2028]", "", said.get(name, "")) for name in COLUMNS)
    (sample.config.private / "review.tsv").write_text("\t".join(COLUMNS) + f"\n{line}\n")
    report(sample.config)
    return sample


def harm(study: Study) -> None:
    """Every record of a study, with harm wherever the report takes a text from it."""
    clean, face, text, verdict = (
        kind.load(study.record_path(step))
        for kind, step in (
            (CleanRecord, "clean"),
            (FaceRecord, "deface"),
            (TextRecord, "redact"),
            (VerifyRecord, "verify"),
        )
    )
    clean.weaker = [HARM]
    for series in face.series.values():
        series.measures |= {LONG: 1.0}
        series.attempts = [
            FaceAttempt(tool="builtin", mode="remove", outcome="released", reason=HARM, version=HARM)
        ]
    for series in text.series.values():
        series.notes, series.reason = [HARM, LONG], LONG
    for name in verdict.checks:
        verdict.checks[name] |= {LONG: LONG}
        verdict.measures[name] = {LONG: 1.0}
    verdict.set_aside = [
        SetAsideRow(series=UNSURE if study.pseudonym == FIRST else KEPT, step="verify", reason=HARM)
    ]
    for record, step in ((clean, "clean"), (face, "deface"), (text, "redact"), (verdict, "verify")):
        path = study.record_path(step)
        record.save(path)
        path.write_text(json.dumps(spoiled(json.loads(path.read_text()))))


@pytest.mark.parametrize("width", [1100, 420])
def test_nothing_runs_and_the_page_keeps_its_shape(sample: Sample, width: int) -> None:
    with page(width=width) as browser:
        dialogs: list[str] = []
        browser.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        for private in (False, True):
            root = sample.config.private if private else sample.config.output
            browser.goto((root / "report" / "index.html").as_uri())
            text = browser.inner_text("body")
            assert "<script>alert(1)</script>" in text
            hidden = HIDDEN.search(text)
            assert not hidden, text[hidden.start() - 200 : hidden.end()]
            assert browser.evaluate("document.scripts.length") == 1
            assert (
                browser.evaluate(
                    "document.querySelectorAll('img:not([loading]), svg, [onerror], [onload]').length"
                )
                == 0
            )
            assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert browser.evaluate("document.documentElement.scrollHeight") < 60_000
            browser.fill("input[type=search]", "<img src=x")
            assert faults(browser) == []
        assert dialogs == []
        assert browser.noted == []


def test_no_cell_of_any_table_is_a_formula(sample: Sample) -> None:
    tables = [*sample.config.output.rglob("*.tsv"), *sample.config.private.glob("*.tsv")]
    tables += sample.config.private.glob("provenance/*.tsv")
    assert len(tables) >= 6
    for path in tables:
        if path.name == "review.tsv":
            continue  # as a person wrote it
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, dialect="excel-tab"))
        assert {len(row) for row in rows} == {len(rows[0])}, path.name
        cells = [cell for row in rows for cell in row if not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell)]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))], path.name
        assert not HIDDEN.search(path.read_text(encoding="utf-8")), path.name


def test_file_names_are_pseudonyms(sample: Sample) -> None:
    for path in sample.config.output.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9._-]+", path.name), path.name
    assert {path.name for path in Path(sample.config.output).iterdir()} <= {
        "release",
        "report",
        "provenance",
        "set_aside.tsv",
        "manifest.tsv",
    }
