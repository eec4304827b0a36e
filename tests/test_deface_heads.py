"""Real heads: the face goes, the brain stays; what has no face, or one that cannot be judged, is not cut."""

from pathlib import Path

import numpy as np
import pytest
from studies import converted

from cleanroom.deface.motion import MOST_MOVED_MM
from cleanroom.deface.step import deface_study
from cleanroom.deface.volumes import read
from cleanroom.picture.surface import depth
from cleanroom.records import FaceRecord, SeriesFace
from cleanroom.study import Study

pytestmark = pytest.mark.long
VOXEL_MM = 2.0
"""Of the relief; the skin elsewhere moves by less, for its threshold follows the histogram."""


def defaced(folder: Path, tmp_path: Path) -> tuple[Study, FaceRecord, dict[str, SeriesFace]]:
    """The study with most instances of a set, its record, and the decision by Series Description.

    Of an image and a structure set with one description the image counts.
    """
    study = max(converted(folder, tmp_path), key=lambda study: len(study.instances))
    record = deface_study(study)
    described = {name: rows[0].series_description for name, rows in study.series("deface").items()}
    images_last = sorted(record.series.items(), key=lambda item: item[1].decision != "not_applicable")
    return study, record, {described[name]: face for name, face in images_last}


def face_goes_back(study: Study, face: SeriesFace) -> float:
    """How far the skin goes back where the front view changes, median in millimetres.

    Not the foremost point: where the field of view ends above the nose, that is a brow close to the brain.
    """
    data, affine = read(study.work / face.masks[0].volume)
    mask, _ = read(study.work / face.masks[0].mask)
    assert data is not None
    assert mask is not None
    before = depth(data, affine, "front")
    after = depth(np.where(mask > 0, np.float32(face.fill), data), affine, "front")
    both = np.isfinite(before) & np.isfinite(after)
    back = after[both] - before[both]
    back = back[back > VOXEL_MM]
    assert back.size * VOXEL_MM**2 > 2500, "less than 25 square centimetres of the front view went back"
    return float(np.median(back))


@pytest.mark.parametrize(
    ("scan", "series"),
    [
        ("mr_philips_mprage_face", "ADNI_Sag3D_MPRAGE"),
        ("mr_siemens_trio_t1_t2_face", "mocoMEMPRAGE_220FOV RMS"),
        ("mr_siemens_trio_t1_t2_face", "AX FSE T2"),
        ("mr_siemens_xa30_enhanced_face", "anat-T1w_acq-tfl"),
        ("mr_ge_signa_pd_2d_face", "FSE PD AXIAL OBL"),
        ("ct_siemens_phantom_face_rtstruct", "Head  2.0  B31f"),
    ],
)
def test_the_face_of_a_real_head_goes(scans: Path, tmp_path: Path, scan: str, series: str) -> None:
    study, record, faces = defaced(scans / scan, tmp_path)
    face = next(face for name, face in faces.items() if _plain(name) == _plain(series))
    assert (face.decision, face.tool, face.mode) == ("face", "builtin", "remove"), face.reason
    if face.reason.startswith("mask of series"):
        assert face.measures["moved_mm"] <= MOST_MOVED_MM
    else:
        assert face.measures["brain_mm"] >= 5
    assert face.voxels_changed == sum(mask.voxels for mask in face.masks) > 0
    assert face_goes_back(study, face) > 10
    assert set(record.series) == set(study.series("deface"))


@pytest.mark.parametrize(
    ("scan", "decisions"),
    [
        ("mr_ge_fruit_deidentified_headers", {"no_face"}),
        ("ct_philips_skull_phantom_dosescreens", {"unsure", "no_face", "not_applicable"}),
        ("rt_rtkit_phantom", {"unsure", "no_face", "not_applicable"}),
    ],
)
def test_nothing_is_cut_where_no_face_is(scans: Path, tmp_path: Path, scan: str, decisions: set[str]) -> None:
    _, record, faces = defaced(scans / scan, tmp_path)
    assert {face.decision for face in faces.values()} <= decisions
    unsure = {name for name, face in record.series.items() if face.decision == "unsure"}
    assert {row.series for row in record.set_aside} == unsure
    assert all("faces.rules" in row.fix and row.step == "deface" for row in record.set_aside)
    assert not any(face.masks for face in faces.values())


def test_the_ears_of_a_head_without_its_face_go(scans: Path, tmp_path: Path) -> None:
    _, record, faces = defaced(scans / "mr_t1_studyforrest_alreadydefaced", tmp_path)
    (face,) = faces.values()
    assert (face.decision, face.already, face.mode) == ("face", True, "remove"), face.reason
    assert "air already; its ears are in view" in face.reason
    assert face.voxels_changed > 0
    assert not record.set_aside


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
