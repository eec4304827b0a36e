"""A CT scout is a profile of the face: the mask of its frame of reference is thrown onto it, or it stays."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from framed import AXIAL, CORONAL, SAGITTAL, STAYS, Matrix, slices, turned, write
from studies import taken_in

from cleanroom import step
from cleanroom.records import EncodeRecord, FaceRecord, SeriesFace, VerifyRecord
from cleanroom.study import Study

CT = {
    "Modality": "CT",
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
    "RescaleIntercept": -1000,
    "RescaleSlope": 10.6,
    "BitsStored": 16,
    "HighBit": 15,
}
SOURCE_MM = 600.0
"""From the source to the middle of the head."""
TIP, NASION, CROWN = (0.0, 114.0, -66.0), (0.0, 95.0, -32.0), (0.0, 0.0, 60.0)
"""RAS millimetres of the template."""
Decisions = dict[str, SeriesFace]


def scout(plane: Matrix, motion: Matrix = STAYS) -> list[tuple[np.ndarray, Matrix]]:
    """A picture through the head as a fan from one side takes it: the mean of what lies on each ray."""
    size, mm = 170, 1.6
    total = np.zeros((size, size))
    (_, affine), *_ = slices(plane, size, mm, 1, 1.0)
    for pixels, placed in slices(plane, size, mm, 60, 4.0, motion=motion):
        depth = float(plane[:, 2] @ (placed[:3, 3] - affine[:3, 3]))
        column = (np.arange(size) - (size - 1) / 2) * (1 - depth / SOURCE_MM) + (size - 1) / 2
        total += pixels[:, np.clip(np.rint(column).astype(int), 0, size - 1)]
    return [((total / 15).round().astype("<u2"), affine)]


def export(folder: Path, *, volume: bool = True, motion: Matrix = STAYS) -> Path:
    if volume:
        write(folder, slices(AXIAL, 90, 3.0, 64, 3.0), thickness=3.0, SeriesDescription="head", **CT)
    for number, (name, plane) in enumerate((("lateral", SAGITTAL), ("front", CORONAL)), 2):
        kind = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]} if name == "lateral" else {}
        write(folder, scout(plane, motion), series=f"1.2.3.{number}", SeriesDescription=name, **(CT | kind))
    return folder


def decided(source: Path, folder: Path) -> tuple[Study, Decisions]:
    (study,) = taken_in(source, folder)
    for name in ("redact", "convert", "clean", "deface"):
        step.run(name, study)
    faces = FaceRecord.load(study.record_path("deface")).series
    described = {row.series: row.series_description for row in study.instances}
    return study, {described[name]: face for name, face in faces.items()}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Decisions]:
    return decided(export(tmp_path_factory.mktemp("export")), tmp_path_factory.mktemp("run"))


def holds(study: Study, face: SeriesFace, point: tuple[float, float, float]) -> bool:
    """Whether the mask holds the pixel on which a point of the template is seen."""
    mask = nibabel.load(study.work / face.masks[0].mask)
    voxel = np.rint(np.linalg.inv(mask.affine) @ [*point, 1.0])[:3].astype(int)
    flat = int(np.argmin(mask.shape))
    voxel[flat] = 0
    return bool(np.asarray(mask.dataobj)[tuple(voxel)])


@pytest.mark.parametrize("name", ["lateral", "front"])
def test_the_face_goes_from_a_scout_and_the_crown_stays(done: tuple[Study, Decisions], name: str) -> None:
    study, decisions = done
    face = decisions[name]
    assert face.decision == "face", face.reason
    assert holds(study, face, TIP)
    assert holds(study, face, NASION)
    assert not holds(study, face, CROWN)


def test_no_profile_is_left_below_the_brow(done: tuple[Study, Decisions]) -> None:
    """In every row from brow to lip the foremost tissue of the lateral scout goes."""
    study, decisions = done
    mask = nibabel.load(study.work / decisions["lateral"].masks[0].mask)
    image = nibabel.load(study.work / decisions["lateral"].masks[0].volume)
    data, inside = np.squeeze(image.get_fdata()), np.squeeze(np.asarray(mask.dataobj)) > 0
    flat = int(np.argmin(mask.shape))
    rest = [axis for axis in range(3) if axis != flat]
    places = np.indices(data.shape)
    voxel = np.zeros((3, *data.shape))
    voxel[rest] = places
    ras = np.einsum("ij,jab->iab", mask.affine[:3, :3], voxel) + mask.affine[:3, 3, None, None]
    tissue = data > -800
    for height in range(-80, -20, 4):
        row = tissue & (np.abs(ras[2] - height) < 1)
        foremost = ras[1] == ras[1][row].max()
        assert inside[row & foremost].all()


def test_scouts_come_out_of_the_gate(done: tuple[Study, Decisions]) -> None:
    study, _ = done
    for name in ("encode", "verify"):
        step.run(name, study)
    assert not EncodeRecord.load(study.record_path("encode")).set_aside
    record = VerifyRecord.load(study.record_path("verify"))
    assert not record.set_aside
    assert len(record.passed) == 3


def test_a_scout_alone_is_set_aside(tmp_path: Path) -> None:
    _, decisions = decided(export(tmp_path / "in", volume=False), tmp_path)
    assert {face.decision for face in decisions.values()} == {"unsure"}


def test_a_scout_before_the_head_moved_is_set_aside(tmp_path: Path) -> None:
    away = turned(0.0, (0.0, -15.0, 12.0))
    _, decisions = decided(export(tmp_path / "in", motion=away), tmp_path)
    assert decisions["head"].decision == "face"
    assert decisions["lateral"].decision == "unsure"
    assert "not where the head" in decisions["lateral"].reason
