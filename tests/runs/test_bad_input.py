"""What a user sees when something is wrong, and what lies on the disk afterwards."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from exports import instance, save
from runs.conftest import Run

pytestmark = pytest.mark.long


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A small export of two studies, not yet cleaned."""
    source = tmp_path / "input"
    for number in range(1, 4):
        save(instance(number), source / f"A{number}")
        save(instance(number, study="1.2.4", series="1.2.4.1", PatientID="ID-4713"), source / f"B{number}")
    (tmp_path / "work").mkdir()
    return Run(tmp_path / "work", source)


def test_a_mistyped_key_stops_before_anything_is_written(run: Run) -> None:
    done = run.call(outptu="elsewhere")
    assert done.returncode == 1
    assert "did you mean `output`?" in done.stdout + done.stderr
    assert not run.results.exists()
    assert not run.private.exists()


def test_a_missing_input_folder_is_named(run: Run) -> None:
    shutil.rmtree(run.source)
    done = run.call()
    assert done.returncode == 1
    assert "There is no input folder" in done.stdout + done.stderr
    assert "Fix:" in done.stdout + done.stderr


def test_broken_files_never_stop_the_others(run: Run) -> None:
    whole = (run.source / "A1").read_bytes()
    (run.source / "truncated").write_bytes(whole[:-40])
    (run.source / "garbage").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 300)
    (run.source / "note.txt").write_text("no image")
    done = run.call()
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pd.read_csv(run.private / "inventory.tsv", sep="\t", keep_default_na=False).set_index("path")
    assert len(rows) == 9
    assert (rows["verdict"] == "set_aside").all()
    assert "truncated" in rows.loc["truncated", "reason"]
    assert rows.loc["garbage", "kind"] == "unreadable"
    assert rows.loc["note.txt", "kind"] == "other"
    assert not list((run.results / "release").rglob("*.dcm"))


def test_new_changed_and_vanished_files_are_noticed_by_the_next_call(run: Run) -> None:
    assert run.call().returncode == 0
    (run.source / "A3").unlink()
    save(instance(1, study="1.2.5", series="1.2.5.1"), run.source / "C1")
    done = run.call()
    assert done.returncode == 0
    rows = pd.read_csv(run.private / "inventory.tsv", sep="\t", keep_default_na=False)
    assert set(rows["path"]) == {"A1", "A2", "B1", "B2", "B3", "C1"}
    assert (done.stdout + done.stderr).count("(Rule: clean)") == 2


def test_a_study_that_cannot_be_read_any_more_is_set_aside_alone(run: Run) -> None:
    assert run.call("--until", "intake").returncode == 0
    (run.source / "B2").write_bytes(b"gone bad" * 30)
    done = run.call()
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pd.read_csv(run.private / "inventory.tsv", sep="\t", keep_default_na=False).set_index("path")
    assert rows.loc["B2", "verdict"] == "set_aside"


def test_part_of_the_studies_can_be_run(run: Run) -> None:
    assert run.call("--until", "intake").returncode == 0
    first = (run.private / "studies.tsv").read_text().split()[1]
    done = run.call(studies=first)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in (run.private / "work").glob("S*")] == [first]
