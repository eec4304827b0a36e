"""Pictures and PDFs of a whole input: whose they are, what is released, what is done again."""

import csv
from pathlib import Path

import hiding
import pytest
from exports import instance, save
from line import run_line

from cleanroom.config import Config, load
from cleanroom.errors import StopRun
from cleanroom.files import step
from cleanroom.intake.take_in import take_in
from cleanroom.report import report

RULE = [{"match": "*screens/*", "release": True, "reason": "drawings"}]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patients; pictures and PDFs beside them, between them, and broken ones."""
    root = tmp_path_factory.mktemp("files") / "input"
    who = [("one", "PID-7734219", "1.2.3"), ("two", "PID-5550001", "1.2.4")]
    for name, patient, study in who:
        values = {
            "PatientID": patient,
            "PatientName": "Zwiebelhuber^Ottilie" if name == "one" else "Kern^Udo",
        }
        save(instance(1, study=study, series=f"{study}.1", **values), root / name / "scan" / "IM1")
    places = {
        "one/screens/a.jpg": hiding.jpeg(),
        "one/face.jpg": hiding.jpeg(),
        "one/letter.pdf": hiding.pdf(),
        "screens/PID-5550001 plan.png": hiding.png(),
        "screens/nobody's.png": hiding.png(),
        "screens/broken.png": hiding.png()[:200],
        "screens/empty.png": b"",
        "letter of Kern.docx": b"PK\5\6" + bytes(18),
    }
    for path, data in places.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


@pytest.fixture(scope="module")
def done(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The line, taken to its end."""
    return run_line(source, tmp_path_factory.mktemp("line"), pictures=RULE)


def table(path: Path) -> list[dict[str, str]]:
    """A table of the run."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def files(config: Config) -> None:
    """The steps of files and the report, once more."""
    take_in(config)
    for each in step.STEPS:
        step.run(each, config)
    report(config)


def test_every_file_has_its_verdict_and_its_place(done: Config) -> None:
    rows = {row["path"]: row for row in table(done.private / "inventory.tsv")}
    patient = {name: rows[f"{name}/scan/IM1"]["patient"] for name in ("one", "two")}
    homes = {
        "one/screens/a.jpg": patient["one"],
        "one/letter.pdf": patient["one"],
        "screens/PID-5550001 plan.png": patient["two"],
        "screens/nobody's.png": "unfiled",
    }
    for path, home in homes.items():
        assert rows[path]["verdict"] == "released", rows[path]["reason"]
        assert rows[path]["released_as"].startswith(f"release/other/{home}/F")
        assert (done.output / rows[path]["released_as"]).is_file()
    assert "a person may be seen" in rows["one/face.jpg"]["reason"]
    assert "broken" in rows["screens/broken.png"]["reason"]
    assert rows["screens/empty.png"]["verdict"] == "set_aside"
    manifest = [row for row in table(done.output / "release" / "manifest.tsv") if row["kind"] != "dicom"]
    assert sorted(row["kind"] for row in manifest) == ["pdf", "picture", "picture", "picture"]
    crosswalk = {row["original"]: row["pseudonym"] for row in table(done.private / "crosswalk.tsv")}
    assert "" not in crosswalk
    assert crosswalk["one/letter.pdf"] == rows["one/letter.pdf"]["released_as"]
    assert crosswalk["one/face.jpg"] in (done.output / "report" / "index.html").read_text()


def test_no_byte_of_the_output_names_anybody(done: Config) -> None:
    for path in done.output.rglob("*"):
        assert hiding.SECRET not in path.name
        if path.is_file():
            assert not hiding.told(path.read_bytes()), path


def test_what_did_not_change_is_not_done_again(done: Config) -> None:
    def times() -> dict[Path, int]:
        cleaned = done.private / "work" / "files" / "cleaned"
        return {path: path.stat().st_mtime_ns for path in cleaned.iterdir()}

    before = times()
    files(done)
    assert times() == before


def test_a_picture_that_is_kept_back_now_leaves_the_release(done: Config) -> None:
    before = set((done.output / "release" / "other").rglob("*.*"))
    stricter = done.model_copy(update={"pictures": []})
    files(stricter)
    after = set((done.output / "release" / "other").rglob("*.*"))
    assert {path.suffix for path in after} == {".pdf"}
    files(done)
    assert set((done.output / "release" / "other").rglob("*.*")) == before


def test_a_rule_that_releases_says_why() -> None:
    with pytest.raises(StopRun, match="say in `reason`"):
        load({"pictures": [{"match": "*", "release": True}]})
    with pytest.raises(StopRun, match="say in `match`"):
        load({"pictures": [{"release": False}]})
