"""An outer contour is cut where the face was removed; every other region keeps its bytes."""

import shutil
from itertools import chain
from pathlib import Path

import pydicom
import pytest
from structured import OUTER, ROIS, ball, contours, encoded, head, inside, released, skin, write

from cleanroom import step
from cleanroom.encode.contours import cut_outer_contours
from cleanroom.encode.images import Images
from cleanroom.encode.structures import Roi
from cleanroom.errors import SetAside
from cleanroom.records import EncodeRecord, SeriesFace, VerifyRecord
from cleanroom.study import Study
from cleanroom.verify import verify_study


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def done(export: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, EncodeRecord, str]:
    return encoded(export, tmp_path_factory.mktemp("run"))


def codes(header: pydicom.Dataset) -> list[str]:
    return [item.CodeValue for item in header.DeidentificationMethodCodeSequence]


def test_no_outer_contour_enters_the_face(export: Path, done: tuple[Study, EncodeRecord, str]) -> None:
    study, record, series = done
    assert not record.set_aside
    before, after = contours(pydicom.dcmread(export / "rs.dcm")), contours(released(study, series))
    dropped = 0
    for number in OUTER:
        old, new = (list(chain.from_iterable(rows[number])) for rows in (before, after))
        assert inside(study, old).sum() > 10
        assert not inside(study, new).any()
        rest = iter(old)
        assert all(point in rest for point in new)
        dropped += len(old) - len(new)
    assert record.series[series][0].clipped == dropped


def test_every_other_region_keeps_its_bytes(export: Path, done: tuple[Study, EncodeRecord, str]) -> None:
    study, _, series = done
    before, after = contours(pydicom.dcmread(export / "rs.dcm")), contours(released(study, series))
    others = ROIS.keys() - set(OUTER)
    assert {number: before[number] for number in others} == {number: after[number] for number in others}
    assert all(inside(study, list(chain.from_iterable(before[number]))).any() for number in (4, 5, 6))


def test_counts_types_and_empty_regions(done: tuple[Study, EncodeRecord, str]) -> None:
    study, _, series = done
    header = released(study, series)
    for roi in header.ROIContourSequence:
        for item in roi.get("ContourSequence", []):
            assert item.NumberOfContourPoints * 3 == len(item.ContourData)
            assert item.ContourGeometricType == "CLOSED_PLANAR"
            assert len(item.ContourImageSequence) == 1
    gone = [roi for roi in header.ROIContourSequence if "ContourSequence" not in roi]
    assert [roi.ReferencedROINumber for roi in gone] == [8]


def test_a_cut_structure_set_says_so(done: tuple[Study, EncodeRecord, str]) -> None:
    study, _, series = done
    header = released(study, series)
    assert "113102" in codes(header)
    assert header.DeidentificationMethod[-1] == "Outer contours clipped"


def test_without_an_outer_contour_nothing_changes(tmp_path: Path) -> None:
    rois = {number: roi for number, roi in ROIS.items() if number not in OUTER}
    study, record, series = encoded(write(tmp_path / "in", rois), tmp_path)
    header = released(study, series)
    assert contours(header) == contours(pydicom.dcmread(tmp_path / "in" / "rs.dcm"))
    assert record.series[series][0].clipped == 0
    assert "113102" in codes(header)
    assert "Outer contours clipped" not in header.DeidentificationMethod


DOUBTS: dict[str, SeriesFace | None] = {
    "already removed": SeriesFace(decision="already_removed", tool="builtin"),
    "unsure": SeriesFace(decision="unsure", tool="builtin"),
    "no decision": None,
    "no mask": SeriesFace(decision="face", tool="builtin"),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_an_outer_contour_on_doubtful_images_is_set_aside(export: Path, tmp_path: Path, doubt: str) -> None:
    study, record, series = encoded(export, tmp_path, lambda _: DOUBTS[doubt])
    (row,) = [row for row in record.set_aside if row.series == series]
    assert row.reason.startswith("an outer contour may show the face")
    assert row.fix
    assert not (study.work / "encoded" / series).exists()


def test_outer_contours_are_removed_whole_by_config(export: Path, tmp_path: Path) -> None:
    study, record, series = encoded(export, tmp_path, contours="remove")
    assert not record.set_aside
    before, after = contours(pydicom.dcmread(export / "rs.dcm")), contours(released(study, series))
    assert all(after[number] == [] for number in OUTER)
    others = ROIS.keys() - set(OUTER)
    assert {number: before[number] for number in others} == {number: after[number] for number in others}
    assert released(study, series).DeidentificationMethod[-1] == "Outer contours removed"
    step.run("verify", study)
    assert series in VerifyRecord.load(study.record_path("verify")).passed


def test_an_outer_contour_on_doubtful_images_can_be_removed(export: Path, tmp_path: Path) -> None:
    study, record, series = encoded(export, tmp_path, lambda _: DOUBTS["already removed"], contours="remove")
    assert series not in {row.series for row in record.set_aside}
    after = contours(released(study, series))
    named = (1, 2, 8)
    assert all(after[number] == [] for number in named)
    assert "113102" not in codes(released(study, series))


def test_an_outer_contour_without_its_images_is_set_aside(tmp_path: Path) -> None:
    _, record, series = encoded(write(tmp_path / "in", images=False), tmp_path)
    assert [(row.series, "not in its study" in row.reason) for row in record.set_aside] == [(series, True)]


@pytest.mark.parametrize(
    "face",
    [
        SeriesFace(decision="face", tool="none", reason="radiotherapy needs it"),
        SeriesFace(decision="no_face", tool="builtin"),
    ],
)
def test_an_outline_of_what_stays_stays(export: Path, tmp_path: Path, face: SeriesFace) -> None:
    study, record, series = encoded(export, tmp_path, lambda _: face)
    assert not record.set_aside
    assert contours(released(study, series)) == contours(pydicom.dcmread(export / "rs.dcm"))
    assert "113102" not in codes(released(study, series))


def test_an_outline_of_any_name_that_follows_the_face(tmp_path: Path) -> None:
    """Regions are cut by what they show: 2 to 10 mm below the skin and 3 mm above it, but not a core."""
    rois = {
        1: ("Ring", "CONTROL", head(0.98)),
        2: ("Core", "", head(0.7)),
        3: ("Bolus", "BOLUS", head(1.03)),
        4: ("Avoid", "AVOIDANCE", head(0.95)),
        5: ("Opti", "", head(0.9)),
        6: ("Lenses", "ORGAN", [*ball((30.0, -77.0, -21.0), 5.0), *ball((-30.0, -77.0, -21.0), 5.0)]),
    }
    study, _, series = encoded(write(tmp_path / "in", rois), tmp_path)
    before, after = contours(pydicom.dcmread(tmp_path / "in" / "rs.dcm")), contours(released(study, series))
    assert [before[number] == after[number] for number in rois] == [False, True, False, False, False, True]
    assert not any(inside(study, list(chain.from_iterable(after[number]))).any() for number in (1, 3, 4, 5))
    assert series in verify_study(study).passed


def test_points_of_a_marker_stay_where_no_face_was(tmp_path: Path) -> None:
    rois = {1: ("External", "EXTERNAL", [ball((0.0, 60.0, 3.0), 4.0)[0][:1]])}
    study, _, series = encoded(write(tmp_path / "in", rois), tmp_path)
    assert contours(released(study, series)) == contours(pydicom.dcmread(tmp_path / "in" / "rs.dcm"))


def test_contours_longer_than_an_explicit_length(tmp_path: Path) -> None:
    """More than 64 KiB of points are written as UN (PS3.5 6.2.2)."""
    rois = {1: ("Body", "EXTERNAL", skin(-40.0, every=0.06)), 2: ("Hull", "", skin(0.0, 0.8, every=0.06))}
    study, record, series = encoded(write(tmp_path / "in", rois), tmp_path)
    before, after = contours(pydicom.dcmread(tmp_path / "in" / "rs.dcm")), contours(released(study, series))
    assert before[2] == after[2]
    assert 0 < len(after[1][0]) < len(before[1][0]) == 6000
    assert not inside(study, after[1][0]).any()
    assert not record.set_aside
    assert series in verify_study(study).passed


def test_a_broken_structure_set_is_set_aside_alone(tmp_path: Path) -> None:
    source = write(tmp_path / "in")
    header = pydicom.dcmread(source / "rs.dcm")
    header.ROIContourSequence[0].ContourSequence[3].ContourData = (
        header.ROIContourSequence[0].ContourSequence[3].ContourData[:-1]
    )
    header.save_as(source / "rs.dcm")
    study, record, series = encoded(source, tmp_path)
    assert [row.series for row in record.set_aside] == [series]
    assert len(record.series) == 1
    del header.ROIContourSequence[0].ReferencedROINumber
    with pytest.raises(SetAside, match="cannot be read"):
        cut_outer_contours(header, header, Images.of(study))


def test_the_real_structure_set_without_outline_stays(scans: Path, tmp_path: Path) -> None:
    folder = scans / "ct_siemens_phantom_face_rtstruct" / "dicom"
    (tmp_path / "in").mkdir()
    for path in [*sorted(folder.glob("ct/*.dcm"))[90:120], *folder.glob("struct/*.dcm")]:
        shutil.copy(path, tmp_path / "in")
    study, record, series = encoded(tmp_path / "in", tmp_path)
    original = pydicom.dcmread(next(folder.glob("struct/*.dcm")))
    assert contours(released(study, series)) == contours(original)
    assert record.series[series][0].clipped == 0


OUTER_NAMES = (
    "BODY", "Body", "body1", "zBODY", "_Body", "BODY-PTV", "bodyOutline", "External", "EXTERNAL_2",
    "External Contour", "Skin", "skin 5mm", "Patient", "Outer Contour", "outline", "Haut", "Außenkontur",
    "Aussenkontur", "Körper", "KOERPERKONTUR", "Peau", "Contour externe", "Piel", "体表",
)  # fmt: skip
OTHER_NAMES = (
    "Brain", "Eye_L", "Lens R", "Parotid_L", "PTV 60", "Body of mandible", "Vertebral body", "Skin GTV",
    "GTV skin", "External auditory canal", "Mandible", "Headache", "Bodybuilder", "Corps calleux", "",
    "ROI-1",
)  # fmt: skip


@pytest.mark.parametrize("name", OUTER_NAMES)
def test_names_of_an_outer_contour(name: str) -> None:
    assert Roi(1, name, frozenset({""}), "").outer


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_names_of_something_else(name: str) -> None:
    assert not Roi(1, name, frozenset({"ORGAN"}), "").outer
