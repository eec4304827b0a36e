"""A decision is honoured by the next call of Snakemake, and touches no other study."""

import pydicom
import pytest
from runs.conftest import Run
from test_redact_captures import capture, rendering

from cleanroom.records import ReleaseRecord
from cleanroom.review.table import COLUMNS

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two studies of one captured image each, both in doubt."""
    source = tmp_path_factory.mktemp("captures")
    for number in (1, 2):
        capture(source / str(number), rendering())
        path = source / str(number) / "capture.dcm"
        header = pydicom.dcmread(path)
        header.StudyInstanceUID, header.SeriesInstanceUID = f"1.2.3.{number}", f"1.2.3.{number}.1"
        header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}.1.1"
        header.save_as(path)
    run = Run(tmp_path_factory.mktemp("reviewed"), source)
    done = run.call()
    assert done.returncode == 0, done.stderr
    return run


def test_one_approval_runs_one_study_again_and_nothing_else(run: Run) -> None:
    records = {
        path.parent.name: ReleaseRecord.load(path) for path in run.private.glob("studies/*/released.json")
    }
    first, second = sorted(records)
    (row,) = records[first].set_aside
    values = {"what": "approve", "study": first, "series": row.series, "step": row.step, "seen": row.seen}
    lines = [COLUMNS, [values.get(name, "") for name in COLUMNS]]
    (run.private / "review.tsv").write_text("".join("\t".join(line) + "\n" for line in lines))
    before = {path: path.stat().st_mtime_ns for path in (run.private / "studies" / second).glob("*.json")}
    planned = run.call("--dry-run", "--quiet", "host")
    jobs = [line.split()[-1] for line in planned.stdout.splitlines() if "wildcards: study=" in line]
    assert set(jobs) == {f"study={first}"}, planned.stdout
    done = run.call()
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before
    released = run.results / "release" / "dicom"
    assert [path.parent.parent.name for path in released.rglob("*.dcm")] == [first]
    assert "Nothing to be done" in (again := run.call()).stdout + again.stderr
    assert "approve" in (run.results / "report" / "report.json").read_text()


def test_snakemakes_own_report_holds_what_may_be_shared(run: Run) -> None:
    page = run.folder / "snakemake.html"
    done = run.call("--report", str(page))
    assert done.returncode == 0, done.stderr
    text = page.read_text()
    assert "set_aside.tsv" in text
    for word in ("Muster", "MUSTER", "4711-08"):
        assert word not in text
