"""A later study of the same frame of reference, too thin to be judged by itself, finds what was kept."""

from pathlib import Path

import pytest
from framed import AXIAL, CORONAL, SAGITTAL, slices, turned, write

from cleanroom import config, step
from cleanroom.config import Config
from cleanroom.intake.frames import earlier
from cleanroom.intake.take_in import take_in
from cleanroom.records import FaceRecord, SeriesFace
from cleanroom.study import Study

AWAY = turned(5.0, (0.0, 0.0, 25.0))


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Study 1.2.3, a whole head; study 1.2.4, a localizer; study 1.2.5, one after a move of 25 mm."""
    folder = tmp_path_factory.mktemp("export")
    write(folder / "whole", slices(SAGITTAL, 76, 3.0, 60, 3.0))
    thin = [one for plane in (SAGITTAL, CORONAL, AXIAL) for one in slices(plane, 160, 1.6, 1, 8.0)]
    write(folder / "localizer", thin, study="1.2.4", series="1.2.4.1", thickness=8.0)
    moved = [one for plane in (SAGITTAL, AXIAL) for one in slices(plane, 160, 1.6, 1, 8.0, motion=AWAY)]
    write(folder / "moved", moved, study="1.2.5", series="1.2.5.1", thickness=8.0)
    return folder


@pytest.fixture(scope="module")
def settled(heads: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The three studies up to their volumes, and the whole head de-faced."""
    private = tmp_path_factory.mktemp("private")
    settings = config.load({"input": heads, "private": private, "output": private.parent / "results"})
    for name in take_in(settings):
        for each in ("redact", "convert"):
            step.run(each, Study(settings, name))
    decided(settings, "1.2.3")
    return settings


def study(settings: Config, uid: str) -> Study:
    named = [Study(settings, path.parent.name) for path in settings.private.glob("studies/*/manifest.tsv")]
    return next(item for item in named if item.instances[0].study_instance_uid == uid)


def decided(settings: Config, uid: str) -> SeriesFace:
    found = study(settings, uid)
    step.run("deface", found)
    (face,) = FaceRecord.load(found.record_path("deface")).series.values()
    return face


def masks(settings: Config, uid: str) -> list[bytes]:
    found = study(settings, uid)
    return [path.read_bytes() for path in sorted((found.work / "faces").rglob("*.nii.gz"))]


def test_the_longest_series_comes_first_whatever_its_pseudonym(settled: Config) -> None:
    whole, thin, moved = (study(settled, uid).pseudonym for uid in ("1.2.3", "1.2.4", "1.2.5"))
    assert earlier(settled.private, whole) == []
    assert whole in earlier(settled.private, thin)
    assert whole in earlier(settled.private, moved)


def test_a_localizer_gets_the_mask_of_the_study_before_it(settled: Config) -> None:
    face = decided(settled, "1.2.4")
    assert face.decision == "face"
    assert len(face.masks) == 3
    assert all(mask.voxels for mask in face.masks)
    first = masks(settled, "1.2.4")
    decided(settled, "1.2.4")
    assert masks(settled, "1.2.4") == first


def test_a_head_that_moved_does_not_get_it(settled: Config) -> None:
    face = decided(settled, "1.2.5")
    assert face.decision == "unsure"
    assert "may not lie where that of series" in face.reason


def test_another_configuration_does_not_use_it(settled: Config) -> None:
    faces = settled.faces.model_copy(update={"margin_mm": 3.0})
    assert decided(settled.model_copy(update={"faces": faces}), "1.2.4").decision == "unsure"


def test_a_study_that_comes_later_is_not_read(settled: Config) -> None:
    """What runs at the same time may be there or not: the result must not depend on it."""
    table = settled.private / "frames" / "order.tsv"
    before = table.read_text()
    try:
        table.write_text("study\tbefore\n")
        assert decided(settled, "1.2.4").decision == "unsure"
    finally:
        table.write_text(before)


def test_a_study_that_left_the_input_is_read(settled: Config) -> None:
    table = settled.private / "studies.tsv"
    before, whole = table.read_text(), study(settled, "1.2.3").pseudonym
    try:
        table.write_text(before.replace(f"{whole}\n", ""))
        (settled.private / "frames" / "order.tsv").rename(settled.private / "order")
        assert decided(settled, "1.2.4").decision == "face"
    finally:
        table.write_text(before)
        (settled.private / "order").rename(settled.private / "frames" / "order.tsv")


def test_another_patient_does_not_get_it(settled: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Study, "patient", "P" + "A" * 12)
    assert decided(settled, "1.2.4").decision == "unsure"
