"""Records are missing when a run starts: what Snakemake is asked for then, in one part of many too."""

from pathlib import Path
from typing import Any

import pytest
from many import write_studies

from cleanroom import config
from cleanroom.intake.take_in import take_in
from cleanroom.start import start
from cleanroom.study import RECORDS, Study

STUDIES = 12


@pytest.fixture
def values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The config of folders in which all is done, but for a verdict of every second study."""
    monkeypatch.chdir(tmp_path)
    write_studies(tmp_path / "in", STUDIES)
    values = {"input": tmp_path / "in", "private": tmp_path / "private", "output": tmp_path / "out"}
    values["private"].mkdir(mode=0o700)
    (values["private"] / "key").write_bytes(bytes(32))
    start(values, main=True)
    settings = config.load(values)
    for number, name in enumerate(take_in(settings)):
        study = Study(settings, name)
        for record in RECORDS.values():
            (study.folder / record).write_text("{}")
        if number % 2:
            study.record_path("verify").unlink()
    for path in ("private/files/released.json", "private/parts/1-of-2.tsv", "private/parts/2-of-2.tsv"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("{}")
    (tmp_path / "out" / "report").mkdir()
    (tmp_path / "out" / "report" / "report.json").write_text("{}")
    return values


def released(values: dict[str, Any]) -> set[str]:
    """The studies with the record of a release."""
    return {path.parent.name for path in values["private"].glob("studies/*/released.json")}


def judged(values: dict[str, Any]) -> set[str]:
    """The studies with a verdict."""
    return {path.parent.name for path in values["private"].glob("studies/*/verdict.json")}


def test_all_of_them(values: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    start(values, main=True)
    assert released(values) == judged(values)
    assert not (values["output"] / "report" / "report.json").exists()
    assert f"the last run did not take {STUDIES // 2} studies to their end" in capsys.readouterr().err


def test_a_part_asks_for_its_own(values: dict[str, Any]) -> None:
    plan = start(values | {"shard": "1/2"}, main=True)
    own = set(plan.chosen)
    cut = own - judged(values)
    assert 0 < len(cut) < len(own) < STUDIES
    assert len(released(values)) == STUDIES - len(cut)
    assert not cut & released(values)
    assert [path.name for path in values["private"].glob("parts/*")] == ["2-of-2.tsv"]
    assert (values["output"] / "report" / "report.json").exists()


def test_a_look_leaves_the_report(values: dict[str, Any]) -> None:
    plan = start(values, main=True, dry=True)
    assert plan.damaged("report") != start(values, main=True).damaged("report")
    assert not (values["output"] / "report" / "report.json").exists()


@pytest.mark.parametrize("gone", ["private/files/released.json", "private/work/files/verdict.json"])
def test_pictures_and_pdfs(values: dict[str, Any], tmp_path: Path, gone: str) -> None:
    work = tmp_path / "private" / "work" / "files"
    work.mkdir(parents=True)
    for name in ("text.json", "verdict.json"):
        (work / name).write_text("{}")
    for study in values["private"].glob("studies/*"):
        (study / "verdict.json").write_text("{}")
    start(values, main=True)
    assert (values["output"] / "report" / "report.json").exists()
    (tmp_path / gone).unlink()
    start(values, main=True)
    assert not (values["output"] / "report" / "report.json").exists()


def test_volumes_that_nobody_had_asked_for(values: dict[str, Any]) -> None:
    for study in values["private"].glob("studies/*"):
        (study / "verdict.json").write_text("{}")
        (study / "nifti.json").unlink()
    start(values | {"release": {"nifti": True}}, main=True)
    assert len(released(values)) == STUDIES
