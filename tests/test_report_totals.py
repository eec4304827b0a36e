"""Every input file has one verdict, and the totals add up."""

import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from report_sample import BERT, FIRST, HEAD, KEPT, SECOND, UNSURE, UNSURE_ROW, Sample

from cleanroom import holdings
from cleanroom.errors import StopRun
from cleanroom.records import Holding, ReleaseRecord, SetAsideRow, TextRecord
from cleanroom.report import report, summary
from cleanroom.report.tables import INVENTORY, MANIFEST, SET_ASIDE


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path)


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", keep_default_na=False, dtype=str)


def totals(sample: Sample) -> dict[str, Any]:
    found: dict[str, Any] = sample.figures()["totals"]
    return found


def test_totals_add_up_to_the_input(sample: Sample) -> None:
    report(sample.config)
    assert totals(sample) == {
        "files_in": 16,
        "files_released": 7,
        "files_set_aside": 7,
        "files_not_content": 2,
        "bytes_in": 16000,
        "seconds": 22.0 + 0.1,
    }


def test_every_file_has_a_row_with_one_verdict(sample: Sample) -> None:
    report(sample.config)
    rows = table(sample.config.private / "inventory.tsv")
    assert list(rows.columns) == INVENTORY
    assert rows["verdict"].value_counts().to_dict() == {"released": 7, "set_aside": 7, "not_content": 2}
    released = rows[rows["verdict"] == "released"]["released_as"]
    assert released.str.fullmatch(r"release/dicom/P\w{12}/S\w{12}/E\w{12}/\d{5}\.dcm").all()
    assert (rows[rows["verdict"] == "set_aside"]["reason"] != "").all()


def test_a_second_report_says_the_same(sample: Sample) -> None:
    report(sample.config)
    files = [path for path in sample.config.output.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    report(sample.config)
    assert {path: path.read_bytes() for path in files} == before


def test_the_release_manifest_lists_every_released_file_by_path(sample: Sample) -> None:
    report(sample.config)
    rows = table(sample.config.output / "release" / "manifest.tsv")
    assert list(rows.columns) == MANIFEST
    assert len(rows) == 7
    assert list(rows["path"]) == sorted(rows["path"])


def test_set_aside_counts_each_file_once(sample: Sample) -> None:
    report(sample.config)
    rows = table(sample.config.output / "set_aside.tsv")
    assert list(rows.columns) == SET_ASIDE
    assert rows["files"].astype(int).sum() == 7
    series = rows[rows["series"] == UNSURE].iloc[0]
    assert (series["files"], series["step"]) == ("3", "deface")
    assert (series["reason"], series["fix"]) == (UNSURE_ROW.reason, UNSURE_ROW.fix)
    loose = rows[rows["step"].isin(["intake", "redact"])]
    assert (loose[["patient", "study", "series"]] == "").all(axis=None)
    assert (loose["fix"] != "").all()


def test_report_json_has_the_keys_of_the_contract(sample: Sample) -> None:
    report(sample.config)
    figures = sample.figures()
    assert list(figures) == ["version", "profile", "options", "totals", "series", "decisions"]
    assert figures["options"] == ["113100", "113102"]
    series = {row["series"]: row for row in figures["series"]}
    assert series[KEPT]["patient"] == BERT
    assert series[KEPT]["face"]["tool"] == "none"
    assert series[UNSURE]["verdict"] == "set_aside"
    assert series[UNSURE]["reasons"] == [UNSURE_ROW.reason]
    for row in series.values():
        assert row["instances_in"] == row["instances_released"] + row["instances_set_aside"]


def test_an_instance_set_aside_alone_leaves_its_series_released(sample: Sample) -> None:
    path = sample.config.private / "studies" / FIRST / "released.json"
    record = ReleaseRecord.load(path)
    left = [file for file in record.files if not file.path.endswith("00002.dcm")]
    row = SetAsideRow(series=HEAD, numbers=["00002"], step="encode", reason="its pixel data are cut short")
    record.model_copy(update={"files": left, "set_aside": [row]}).save(path)
    report(sample.config)
    series = next(row for row in sample.figures()["series"] if row["series"] == HEAD)
    assert (series["instances_released"], series["instances_set_aside"]) == (3, 1)
    assert series["verdict"] == "released"
    assert series["reasons"] == [row.reason]


def test_a_differing_duplicate_counts_with_its_series(sample: Sample) -> None:
    sample.add_file(
        "copy/IM1", kind="duplicate", study=FIRST, series=HEAD, verdict="set_aside", reason="it differs"
    )
    report(sample.config)
    assert totals(sample)["files_set_aside"] == 8


def test_a_killed_study_stops_the_report(sample: Sample) -> None:
    (sample.config.private / "studies" / SECOND / "released.json").unlink()
    with pytest.raises(StopRun, match=f"{SECOND} has no verdict"):
        report(sample.config)


def test_a_killed_study_is_set_aside_in_a_partial_report(sample: Sample) -> None:
    (sample.config.private / "studies" / SECOND / "released.json").unlink()
    for record in (sample.config.private / "studies" / SECOND).glob("*.json"):
        record.unlink()
    holdings.hold(sample.config, SECOND, Holding())
    report(sample.config, partial=True)
    assert totals(sample)["files_released"] == 4
    rows = table(sample.config.output / "set_aside.tsv")
    killed = rows[rows["study"] == SECOND]
    assert set(killed["step"]) == {"clean"}
    assert set(killed["reason"]) == {"no verdict: the job was killed; run snakemake again"}
    assert "3 of them because a step failed" in summary(sample.config)


def test_a_study_left_out_by_the_config_is_no_failure(tmp_path: Path) -> None:
    sample = Sample(tmp_path, studies=[FIRST])
    (sample.config.private / "studies" / SECOND / "released.json").unlink()
    report(sample.config)
    rows = table(sample.config.output / "set_aside.tsv")
    assert rows[rows["study"] == SECOND]["reason"].str.startswith("not in this run").all()
    assert "nothing failed" in summary(sample.config)


def test_nothing_is_written_when_a_file_has_no_verdict(sample: Sample) -> None:
    sample.add_file("lost/IM1", kind="dicom")
    with pytest.raises(StopRun, match="1 input files have no verdict"):
        report(sample.config)
    base = sqlite3.connect(sample.config.private / "inventory.sqlite")
    assert base.execute("SELECT count(*) FROM files WHERE verdict = 'released'").fetchone() == (0,)
    assert not any(sample.config.output.iterdir())


def test_a_missing_inventory_names_the_step_to_run(sample: Sample) -> None:
    (sample.config.private / "inventory.sqlite").unlink()
    with pytest.raises(StopRun, match="intake"):
        report(sample.config)


def test_pictures_and_pdfs_take_the_reason_of_their_own_row(sample: Sample) -> None:
    sample.add_file("scan.png", kind="picture")
    rows = [
        SetAsideRow(series="", numbers=["scan.png"], step="redact", reason="it shows a form"),
        SetAsideRow(series="", numbers=["picture"], step="redact", reason="a picture"),
        SetAsideRow(series="", numbers=["pdf"], step="redact", reason="a PDF"),
    ]
    TextRecord(set_aside=rows).save(sample.config.private / "work" / "files" / "text.json")
    report(sample.config)
    found = table(sample.config.private / "inventory.tsv").set_index("path")["reason"]
    assert found["scan.png"] == "it shows a form"
    assert found["Mueller_Anna.jpg"] == "a picture"
    assert found["letter.pdf"] == "a PDF"


def test_a_series_that_left_the_input_stays_in_the_release(sample: Sample) -> None:
    (held,) = holdings.load(sample.config, FIRST).versions
    old = held.files[0].model_copy(update={"series": "EOLD22222222A", "path": "dicom/old/00001.dcm"})
    holdings.hold(sample.config, FIRST, held.model_copy(update={"files": [*held.files, old]}))
    report(sample.config)
    assert totals(sample)["files_released"] == 7
    assert len(table(sample.config.output / "release" / "manifest.tsv")) == 8


def test_a_study_that_intake_set_aside_whole_needs_no_records(sample: Sample) -> None:
    names = {"patient": BERT, "study": "STWO22222222A", "series": "ETWO22222222A"}
    sample.add_file(
        "two/IM1", kind="dicom", verdict="set_aside", reason="its study names two patients", **names
    )
    report(sample.config)
    assert totals(sample)["files_set_aside"] == 8


def test_the_crosswalk_leads_back(sample: Sample) -> None:
    report(sample.config)
    rows = table(sample.config.private / "crosswalk.tsv")
    assert list(rows.columns) == ["kind", "original", "pseudonym"]
    files = rows[rows["kind"] == "file"].set_index("original")["pseudonym"]
    assert files[f"Doe^John/{HEAD}/IM1"].endswith(f"{HEAD}/00001.dcm")
    frames = rows[rows["kind"] == "frame_of_reference"].set_index("original")["pseudonym"]
    assert frames[f"1.2.3.{HEAD}"].startswith("2.25.")
    assert set(rows[rows["kind"] == "instance"]["original"]) == {f"1.2.3.{n}" for n in range(1, 5)}
