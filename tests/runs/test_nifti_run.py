"""The workflow with `release.nifti: true`, called as a user calls it."""

import csv
import json
from hashlib import sha256
from pathlib import Path

import bids
import pytest
from exports import instance, save
from runs.conftest import Run

from cleanroom.handing_over.checked import check

pytestmark = pytest.mark.long
KEPT = "{rules: [{tool: none, reason: a test}]}"
UNREAD = "{rules: [{words: never, reason: a test}]}"
TREE = "{nifti: true, bids: [{criteria: {SeriesDescription: t1*}, datatype: anat, suffix: T1w}]}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One study of two series, finished."""
    folder = tmp_path_factory.mktemp("nifti")
    for series, text in ((1, "t1 mprage"), (2, "something else")):
        for number in range(1, 7):
            made = instance(number, series=f"1.2.3.{series}", SeriesNumber=series, SeriesDescription=text)
            save(made, folder / "in" / f"{series}-{number}")
    run = Run(folder, folder / "in")
    done = run.call(faces=KEPT, text=UNREAD, release=TREE)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "terminal").write_text(done.stdout + done.stderr)
    return run


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def test_the_manifest_lists_every_file_of_the_tree(run: Run) -> None:
    release = run.results / "release"
    rows = {row["path"]: row for row in table(release / "manifest.tsv")}
    files = [path for path in (release / "nifti").rglob("*") if path.is_file()]
    assert {path.relative_to(release).as_posix() for path in files} == {
        name for name, row in rows.items() if row["kind"] in ("nifti", "sidecar", "metadata")
    }
    for path in files:
        row = rows[path.relative_to(release).as_posix()]
        assert row["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert [row["kind"] for row in rows.values()].count("nifti") == 2


def test_who_receives_it_finds_it_whole(run: Run) -> None:
    assert check(run.results / "release").whole


def test_the_validator_finds_no_error_and_the_run_says_so(run: Run) -> None:
    assert bids.errors(run.results / "release" / "nifti") == []
    told = json.loads((run.results / "report" / "bids.json").read_text())
    assert (told["error_count"], told["errors"]) == (0, [])
    assert (
        "BIDS: 1 volumes named, 1 in extra/, 0 series without one, validator: no errors"
        in (run.folder / "terminal").read_text()
    )


def jobs(run: Run, **config: str) -> set[str]:
    """What a call would do now."""
    plan = run.call("--dry-run", faces=KEPT, text=UNREAD, **config).stdout
    return {line.split()[0] for line in plan.splitlines() if line.split()[1:] == ["1"]}


def test_another_name_in_the_table_makes_the_tree_anew(run: Run) -> None:
    assert "nifti" not in jobs(run, release=TREE)
    assert {"nifti", "release", "report"} <= jobs(run, release=TREE.replace("T1w", "T2w"))


def test_switched_off_the_release_is_done_again_without_it(run: Run) -> None:
    found = jobs(run)
    assert "release" in found
    assert "nifti" not in found
