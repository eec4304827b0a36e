"""A person approves, rejects, runs again and covers; what was seen binds an approval."""

from pathlib import Path

import pytest
from review_case import NOBODY, Case

from cleanroom.config import Config, FaceRule, Faces
from cleanroom.errors import StopRun
from cleanroom.records import FaceRecord, TextRecord, VerifyRecord
from cleanroom.review import applied, table
from cleanroom.review.standing import fingerprint, standings
from cleanroom.review.table import COLUMNS, Decision
from cleanroom.verify import rereading


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("case"))


@pytest.fixture
def case(made: Case, tmp_path: Path) -> Case:
    """The same, to be changed."""
    return made.copied(tmp_path / "copy")


def test_doubts_have_pictures_and_a_hash_and_are_released_when_a_person_approves(case: Case) -> None:
    rows = case.rows()
    assert set(rows) == {"redact", "deface"}
    assert all(row.seen for row in rows.values())
    verdicts = [VerifyRecord.load(path) for path in case.config.private.glob("studies/*/verdict.json")]
    drawn = {name: files for record in verdicts for name, files in record.pictures.items()}
    assert {len(drawn[rows["deface"].series]), len(drawn[rows["redact"].series])} == {3, 1}
    assert all("/before/" in file for files in drawn.values() for file in files)
    for row in rows.values():
        case.approve(row)
    case.run()
    assert case.rows() == {}
    assert case.released() == {row.series for row in rows.values()}
    (face,) = (
        FaceRecord.load(path).series[rows["deface"].series]
        for path in case.config.private.glob("studies/*/faces.json")
        if rows["deface"].series in path.read_text()
    )
    assert (face.decision, face.tool, face.voxels_changed) == ("no_face", "person", 0)


def test_an_approval_ends_when_the_input_changes(case: Case) -> None:
    row = case.rows()["redact"]
    case.approve(row)
    file = case.root / "in" / "capture" / "capture.dcm"
    data = bytearray(file.read_bytes())
    data[-1000] ^= 1
    file.write_bytes(data)
    case.run(row.series)
    assert "no longer counts" in case.rows()["redact"].reason
    assert case.rows()["redact"].seen != row.seen
    assert row.series not in case.released()


def test_an_approval_ends_when_the_config_changes(case: Case) -> None:
    row = case.rows()["deface"]
    case.approve(row)
    case.run(row.series, faces={"rules": [NOBODY], "margin_mm": 4.0})
    assert "no longer counts" in case.rows()["deface"].reason


def test_no_approval_counts_where_nobody_reviews(case: Case) -> None:
    row = case.rows()["redact"]
    case.approve(row)
    case.run(row.series, release={"require_review": "none"})
    assert case.rows()["redact"].seen
    assert case.released() == set()


def test_everything_waits_where_all_is_reviewed_and_what_is_rejected_never_leaves(case: Case) -> None:
    row = case.rows()["redact"]
    case.approve(row)
    case.run(row.series, release={"require_review": "all"})
    waiting = case.rows()["release"]
    assert waiting.series == row.series
    assert case.released() == set()
    case.approve(waiting)
    case.run(row.series)
    assert case.released() == {row.series}
    case.decide("reject", row.series, comment="the name stands on the wall")
    case.run(row.series, release={"require_review": "doubtful"})
    assert case.released() == set()
    assert case.rows()["redact"].series == row.series
    case.approve(row)
    case.decide("reject", row.series)
    case.approve(row)
    case.run(row.series)
    assert case.rows()["release"].reason == "it passed and waits for a person's approval"


def test_an_identity_that_the_gate_finds_is_overruled_by_nobody(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words in doubt can be approved; a word that identifies cannot, whatever the table says."""
    row = case.rows()["redact"]
    case.approve(row)
    found = ["words are left in 1 of 1 pictures that were read again"]
    monkeypatch.setattr(rereading, "findings", lambda *_: list(found))
    case.run(row.series)
    doubt = case.rows()["verify"]
    assert doubt.seen
    case.approve(doubt)
    case.run(row.series)
    assert case.released() == {row.series}
    found.append("words that identify are left in 1 of 1 pictures that were read again")
    case.run(row.series)
    leak = case.rows()["verify"]
    assert leak.seen == ""
    case.decide("approve", row.series, step="verify", seen=doubt.seen)
    case.run(row.series)
    assert case.released() == set()


def test_rectangles_are_covered_and_another_tool_is_run(case: Case) -> None:
    rows = case.rows()
    series, head = rows["redact"].series, rows["deface"].series
    case.approve(rows["redact"])
    case.decide("cover", series, rectangle="10,20,110,60")
    case.decide("rerun", head, tool="builtin", mode="blur")
    case.run()
    texts = [TextRecord.load(path) for path in case.config.private.glob("studies/*/text.json")]
    boxes = [box for record in texts for box in record.boxes.get(series, {}).get("00001", [])]
    assert (10, 20, 110, 60, "config") in [
        (box.left, box.top, box.right, box.bottom, box.source) for box in boxes
    ]
    faces = [FaceRecord.load(path).series for path in case.config.private.glob("studies/*/faces.json")]
    face = next(found[head] for found in faces if head in found)
    assert face.tool == "builtin"
    assert "no rule" not in face.reason


def test_a_step_runs_again_only_for_what_it_depends_on() -> None:
    rows = [Decision("", "", "approve", "SA", "EA", step="deface", seen="0" * 32)]
    marks = {step: fingerprint(rows, step, "SA") for step in table.STEPS}
    assert [step for step, mark in marks.items() if mark] == ["deface"]
    assert fingerprint(rows, "deface", "SB") == ""
    told = [*rows, Decision("", "", "comment", "SA", "EA", comment="later")]
    assert fingerprint(told, "deface", "SA") == marks["deface"]
    assert fingerprint([*rows, Decision("", "", "withdraw", "SA", "EA")], "deface", "SA") == ""


def test_a_tool_without_jobs_stops_the_run_and_names_the_line_to_write() -> None:
    rows = [Decision("", "", "rerun", "SA", "EA", tool="pydeface")]
    named = FaceRule.model_validate({"match": {"modality": ["MR"]}, "tool": "pydeface"})
    with pytest.raises(StopRun, match="series EA names tool `pydeface`") as stopped:
        applied.check(Config(), rows)
    assert "series: [EA]" in stopped.value.fix
    applied.check(Config(faces=Faces(rules=[named, FaceRule()])), rows)
    applied.check(Config(), [*rows, Decision("", "", "withdraw", "SA", "EA")])


def test_what_is_run_again_after_a_rejection_waits_for_an_approval() -> None:
    rows = [Decision("", "", what, "SA", "EA", tool="builtin") for what in ("reject", "rerun")]
    standing = standings(rows)["SA", "EA"]
    assert (standing.rejected, standing.held) == (False, True)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"what": "aprove"}, "`what` is one of"),
        ({"what": "approve", "step": "deface"}, "`seen`"),
        ({"what": "approve", "seen": "0" * 32}, "`step`"),
        ({"what": "rerun", "tool": "none"}, "`tool`"),
        ({"what": "cover", "rectangle": "5,5,1,9"}, "`rectangle`"),
        ({"what": "comment", "comment": "x" * 10_000}, "longer"),
        ({"what": "reject", "series": ""}, "pseudonyms"),
    ],
)
def test_a_row_that_cannot_be_understood_stops_the_run_and_names_its_line(
    tmp_path: Path, row: dict[str, str], told: str
) -> None:
    cells = {"study": "SA", "series": "EA"} | row
    lines = [COLUMNS, [cells.get(name, "") for name in COLUMNS]]
    (tmp_path / "review.tsv").write_text("\n".join("\t".join(line) for line in lines) + "\n")
    with pytest.raises(StopRun, match=f"Line 2 .*{told}") as stopped:
        table.read(tmp_path)
    assert "x" * 100 not in str(stopped.value)
