"""What a user sees when something is wrong, and what lies on the disk afterwards."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from exports import instance, save
from runs.conftest import Run

pytestmark = pytest.mark.long


def export(folder: Path) -> Run:
    """A small export of two studies, not yet cleaned."""
    source = folder / "input"
    for number in range(1, 4):
        save(instance(number), source / f"A{number}")
        save(instance(number, study="1.2.4", series="1.2.4.1", PatientID="ID-4713"), source / f"B{number}")
    (folder / "work").mkdir()
    return Run(folder / "work", source)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """An export of its own."""
    return export(tmp_path)


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


@dataclass(frozen=True)
class Calls:
    """Four calls on one export, and what lay on the disk after each."""

    worked: list[str]
    """Studies that a step has left its record in, after a part was run."""
    first: str
    broken: pd.DataFrame
    """The inventory with broken files among the others, and an instance that has gone bad since."""
    released: list[Path]
    again: pd.DataFrame
    """The inventory after a file was new, one had vanished and none had changed."""
    said: str


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """Intake; one study; then all, with broken files and one gone bad; then a new and a vanished file."""
    run = export(tmp_path_factory.mktemp("calls"))
    done = run.call("--until", "intake")
    assert done.returncode == 0, done.stdout + done.stderr
    first = (run.private / "studies.tsv").read_text().split()[1]
    done = run.call(studies=first)
    assert done.returncode == 0, done.stdout + done.stderr
    worked = [path.parent.name for path in (run.private / "studies").glob("*/clean.json")]
    whole = (run.source / "A1").read_bytes()
    (run.source / "truncated").write_bytes(whole[:-40])
    (run.source / "garbage").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 300)
    (run.source / "note.txt").write_text("no image")
    (run.source / "B2").write_bytes(b"gone bad" * 30)
    done = run.call()
    assert done.returncode == 0, done.stdout + done.stderr
    broken, released = inventory(run), list((run.results / "release").rglob("*.dcm"))
    (run.source / "A3").unlink()
    save(instance(1, study="1.2.5", series="1.2.5.1"), run.source / "C1")
    done = run.call()
    assert done.returncode == 0, done.stdout + done.stderr
    return Calls(worked, first, broken, released, inventory(run), done.stdout + done.stderr)


def inventory(run: Run) -> pd.DataFrame:
    """Its rows, by path."""
    return pd.read_csv(run.private / "inventory.tsv", sep="\t", keep_default_na=False).set_index("path")


def test_part_of_the_studies_can_be_run(calls: Calls) -> None:
    assert calls.worked == [calls.first]


def test_broken_files_never_stop_the_others(calls: Calls) -> None:
    rows = calls.broken
    assert len(rows) == 9
    assert (rows["verdict"] == "set_aside").all()
    assert "truncated" in rows.loc["truncated", "reason"]
    assert rows.loc["garbage", "kind"] == "unreadable"
    assert rows.loc["note.txt", "kind"] == "other"
    assert not calls.released


def test_an_instance_that_cannot_be_read_any_more_is_set_aside(calls: Calls) -> None:
    assert calls.broken.loc["B2", "verdict"] == "set_aside"
    assert calls.broken.loc["B2", "kind"] == "other"


def test_new_changed_and_vanished_files_are_noticed_by_the_next_call(calls: Calls) -> None:
    assert set(calls.again.index) == {"A1", "A2", "B1", "B2", "B3", "C1", "truncated", "garbage", "note.txt"}
    assert calls.said.count("(Rule: clean)") == 2
