"""Values of the input with whatever letters they have: the tables of private hold them, and hold together."""

import csv
import io
from dataclasses import fields, replace
from pathlib import Path

import pytest
from exports import instance, save
from hypothesis import given
from hypothesis import strategies as st
from studies import taken_in

from cleanroom import manifest, tsv
from cleanroom.intake import inventory
from cleanroom.manifest import Instance

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


def test_a_frame_of_reference_with_a_carriage_return_stays_in_its_row(tmp_path: Path) -> None:
    for number, frame in enumerate(("1.2.9\r8", "1.2.9"), 1):
        save(instance(number, FrameOfReferenceUID=frame), tmp_path / "input" / f"{number}")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    assert [row.frame_of_reference_uid for row in study.instances] == ["1.2.9\r8", "1.2.9"]


def test_an_endless_value_is_refused_before_it_reaches_a_table(tmp_path: Path) -> None:
    made = instance(1, SeriesDescription="x" * 65_537)
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"  # lengths of 32 bits
    save(made, tmp_path / "input" / "long")
    save(instance(2), tmp_path / "input" / "usual")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    assert [row.path for row in study.instances] == ["usual"]
    with inventory.opened(study.config.private) as base:
        (reason,) = base.execute("SELECT reason FROM looks WHERE path = 'long'").fetchone()
    assert reason == "its SeriesDescription is longer than 65536 characters"
