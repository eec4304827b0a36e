"""Values of the input with whatever letters they have: the tables of private hold them, and hold together."""

import csv
import io
from dataclasses import fields, replace
from pathlib import Path

import pytest
from exports import instance, save
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from studies import taken_in

from cleanroom import manifest, step, tsv
from cleanroom.intake import inventory
from cleanroom.manifest import Instance
from cleanroom.report.inventory import cross_uids
from cleanroom.study import Study

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(["\r", "a\rb", '"\n'])


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_every_row_is_read_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    text = tsv.text([("one", "two"), *rows])
    read = list(csv.reader(io.StringIO(text, newline=""), dialect="excel-tab"))
    assert [tuple(row) for row in read[1:]] == rows
    assert text.endswith("\n")
    assert not text.endswith("\r\n")


@given(value=CELLS)
def test_a_manifest_holds_every_value(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("manifest") / "manifest.tsv"
    texts = {field.name: value for field in fields(Instance) if field.type is str}
    first = Instance(**{**texts, "bytes": 1, "frames": 0})  # type: ignore[arg-type]
    rows = [first, replace(first, number="00002")]
    manifest.write(path, rows)
    assert manifest.read(path) == rows


def test_a_description_with_a_carriage_return_stays_in_its_row(tmp_path: Path) -> None:
    for number, told in enumerate(("t1\rmpr", "t1"), 1):
        save(instance(number, SeriesDescription=told), tmp_path / "input" / f"{number}")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    assert [row.series_description for row in study.instances] == ["t1\rmpr", "t1"]


@pytest.mark.parametrize("uid", ["1.2.9\r8", "1.2.9\n8", "1.2.9\\1.2", "1.2\x0b3"])
def test_what_breaks_a_line_is_no_uid(uid: str, tmp_path: Path) -> None:
    save(instance(1, FrameOfReferenceUID=uid), tmp_path / "input" / "odd")
    save(instance(2), tmp_path / "input" / "usual")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    assert [row.path for row in study.instances] == ["usual"]
    assert reason(study, "odd") == "its FrameOfReferenceUID is no UID"


def test_a_file_in_two_transfer_syntaxes_is_in_none(tmp_path: Path) -> None:
    path = save(instance(1), tmp_path / "input" / "odd")
    one, two = b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x14\x001.2.840\\.0008.1.2.1\0"
    path.write_bytes(path.read_bytes().replace(one, two))
    save(instance(2), tmp_path / "input" / "usual")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    assert [row.path for row in study.instances] == ["usual"]
    assert reason(study, "odd") == "its TransferSyntaxUID is no UID"


def test_an_inner_uid_that_breaks_lines_stays_in_its_row_of_the_crosswalk(tmp_path: Path) -> None:
    inner = Dataset()
    inner.ReferencedSOPInstanceUID = "1.2\n3\t4\x0b5"
    save(instance(1, ReferencedImageSequence=[inner]), tmp_path / "input" / "a")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    step.run("clean", study)
    known = {old for old, _ in tsv.rows(study.folder / "uids.tsv")}
    assert "1.2\n3\t4\x0b5" in known
    with inventory.opened(study.config.private) as base:
        cross_uids(base, study)
        found = base.execute("SELECT original FROM crosswalk WHERE kind = 'other_uid'")
        assert "1.2\n3\t4\x0b5" in {original for (original,) in found}


def reason(study: Study, path: str) -> str:
    """Why intake has set a file aside."""
    with inventory.opened(study.config.private) as base:
        (told,) = base.execute("SELECT reason FROM looks WHERE path = ?", (path,)).fetchone()
    return str(told)


def test_an_endless_value_is_refused_before_it_reaches_a_table(tmp_path: Path) -> None:
    made = instance(1, SeriesDescription="x" * 65_537)
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"  # lengths of 32 bits
    save(made, tmp_path / "input" / "long")
    save(instance(2), tmp_path / "input" / "usual")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    assert [row.path for row in study.instances] == ["usual"]
    assert reason(study, "long") == "its SeriesDescription is longer than 65536 characters"
