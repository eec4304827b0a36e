"""A segment that redraws a face loses what lies in it; any other keeps its bytes, and the gate looks."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from exports import instance, save
from judged import FLAT
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pack_bits
from scipy import ndimage
from structured import DEPTHS, skin, write
from studies import converted, draw_mask

from cleanroom import step
from cleanroom.encode.segments import SEGMENTATIONS
from cleanroom.records import EncodeRecord, FaceRecord, SeriesFace
from cleanroom.study import Study
from cleanroom.verify import pictures, verify_study

ORGAN, SKIN = ("12738006", "Brain"), ("39937001", "Skin structure")
"""SNOMED CT."""
CLASSES = {"LABELMAP": "1.2.840.10008.5.1.4.1.1.66.7"}
BINARY = "1.2.840.10008.5.1.4.1.1.66.4"
Planes = np.ndarray


def grid() -> tuple[np.ndarray, np.ndarray]:
    """LPS millimetres of the pixels of a slice of the CT."""
    axis = (np.arange(88) - 87 / 2) * 3.0
    x, y = np.meshgrid(axis, axis)
    return x, y


def ball(centre: tuple[float, float, float], radius: float) -> Planes:
    x, y = grid()
    return np.stack(
        [(x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2 < radius**2 for z in DEPTHS]
    )


def head() -> Planes:
    """All that lies within the outline of the head."""
    x, y = grid()
    found = []
    for z in DEPTHS:
        angle, radius = np.degrees(np.arctan2(y, x)) % 360, np.hypot(x, y)
        outline = skin(float(z), every=1.0)
        edge = np.hypot(outline[0][:, 0], outline[0][:, 1]) if outline else np.zeros(360)
        found.append(radius <= np.interp(angle, np.arange(361), [*edge, edge[0]]))
    return np.stack(found)


def segmented(folder: Path, planes: Planes, label: str, kind: tuple[str, str], how: str) -> Path:
    """The CT and a segmentation of it."""
    write(folder)
    (folder / "rs.dcm").unlink()
    uid = CLASSES.get(how, BINARY)
    made = instance(1, series="1.2.3.7", SOPClassUID=uid, Modality="SEG", Rows=88, Columns=88)
    made.file_meta.MediaStorageSOPClassUID = uid
    del made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing
    made.ImageType, made.SegmentationType = ["DERIVED", "PRIMARY"], how
    made.NumberOfFrames = len(DEPTHS)
    bits = 1 if how == "BINARY" else 8
    made.BitsAllocated, made.BitsStored, made.HighBit = bits, bits, bits - 1
    if how == "FRACTIONAL":
        made.SegmentationFractionalType, made.MaximumFractionalValue = "OCCUPANCY", 200
    values = planes.astype("u1") * (200 if how == "FRACTIONAL" else 1)
    made.PixelData = pack_bits(values) if bits == 1 else values.tobytes()
    named = _item(CodeValue=kind[0], CodingSchemeDesignator="SCT", CodeMeaning=kind[1])
    made.SegmentSequence = [
        _item(SegmentNumber=1, SegmentLabel=label, SegmentedPropertyTypeCodeSequence=[named])
    ]
    made.ReferencedSeriesSequence = [_item(SeriesInstanceUID="1.2.3.1")]
    made.SharedFunctionalGroupsSequence = [
        _item(
            PixelMeasuresSequence=[_item(PixelSpacing=[3.0, 3.0], SliceThickness=6.0)],
            PlaneOrientationSequence=[_item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        )
    ]
    corner = -87 / 2 * 3.0
    made.PerFrameFunctionalGroupsSequence = [_placed([corner, corner, float(z)], how) for z in DEPTHS]
    save(made, folder / "seg.dcm")
    return folder


def _placed(position: list[float], how: str) -> Dataset:
    group = _item(PlanePositionSequence=[_item(ImagePositionPatient=position)])
    if how != "LABELMAP":
        group.SegmentIdentificationSequence = [_item(ReferencedSegmentNumber=1)]
    return group


def _item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def run(
    source: Path, folder: Path, decide: SeriesFace | None = None, *, whole: bool = False
) -> tuple[EncodeRecord, Study, str]:
    (study,) = converted(source, folder)
    faces = study.config.faces.model_copy(update={"contours": "remove" if whole else "clip"})
    study = replace(study, config=study.config.model_copy(update={"faces": faces}))
    record = draw_mask(study, fill=-1000.0)
    modalities = {row.series: row.modality for row in study.instances}
    for name, face in list(record.series.items()):
        face.voxels_changed = sum(mask.voxels for mask in face.masks)
        record.series[name] = (decide or face) if modalities[name] == "CT" else face
    record.save(study.record_path("deface"))
    step.run("encode", study)
    series = next(row.series for row in study.instances if row.sop_class_uid in SEGMENTATIONS)
    return EncodeRecord.load(study.record_path("encode")), study, series


REDRAWN = {
    "by its label": (ball((0.0, -45.0, -40.0), 30.0), "Skin", ORGAN, "BINARY"),
    "by its property type": (ball((0.0, -45.0, -40.0), 30.0), "Segment 1", SKIN, "BINARY"),
    "by its course": (head(), "Segment 1", ORGAN, "BINARY"),
    "by its course, fractional": (head(), "Segment 1", ORGAN, "FRACTIONAL"),
    "by its course, label map": (head(), "Segment 1", ORGAN, "LABELMAP"),
}


def removed(study: Study) -> np.ndarray:
    """The mask of the CT on the pixels of the segmentation: (frames, rows, columns), all of one grid."""
    (mask,) = [
        mask for face in FaceRecord.load(study.record_path("deface")).series.values() for mask in face.masks
    ]
    image = nibabel.load(study.work / mask.mask)
    x, y = grid()
    back = np.linalg.inv(image.affine)
    planes = []
    for z in DEPTHS:
        voxel = np.rint(np.stack([-x, -y, np.full_like(x, z)], -1) @ back[:3, :3].T + back[:3, 3]).astype(int)
        within = ((voxel >= 0) & (voxel < image.shape)).all(axis=-1)
        held = np.asarray(image.dataobj)[tuple(np.where(within[..., None], voxel, 0).transpose(2, 0, 1))]
        planes.append(within & (held > 0))
    return np.stack(planes)


@pytest.mark.parametrize("how", REDRAWN)
def test_a_segment_that_redraws_the_face_loses_it(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = segmented(tmp_path / "in", *REDRAWN[how])
    record, study, series = run(source, tmp_path)
    (written,) = record.series[series]
    path = study.work / "encoded" / series / "00001.dcm"
    before, after = pydicom.dcmread(source / "seg.dcm"), pydicom.dcmread(path)
    face = removed(study)
    changed = before.pixel_array != after.pixel_array
    assert written.covered == changed.sum() > 100
    assert not after.pixel_array[face].any()
    near = ndimage.binary_dilation(face, iterations=1)
    assert np.array_equal(before.pixel_array[~near], after.pixel_array[~near])
    assert "Outer segments clipped" in after.DeidentificationMethod
    for name, drawing in FLAT.items():
        monkeypatch.setattr(pictures, name, drawing)
    verdict = verify_study(study)
    assert series in verdict.passed, verdict.checks[series]
    spoilt = after.pixel_array.copy()
    spoilt[5] = before.pixel_array[5]
    spoilt[face] = before.pixel_array[face]
    bits = int(after.BitsAllocated)
    after.PixelData = pack_bits(spoilt) if bits == 1 else spoilt.tobytes()
    after.save_as(path)
    assert "where the face was removed" in verify_study(study).checks[series]["face"]


def test_outer_segments_are_removed_whole_by_config(tmp_path: Path) -> None:
    source = segmented(tmp_path / "in", head(), "Skin", SKIN, "BINARY")
    record, study, series = run(source, tmp_path, whole=True)
    after = pydicom.dcmread(study.work / "encoded" / series / "00001.dcm")
    assert record.series[series][0].covered == head().sum()
    assert not after.pixel_array.any()


def test_another_segment_of_the_same_object_is_not_touched(tmp_path: Path) -> None:
    source = segmented(tmp_path / "in", head(), "Skin", SKIN, "BINARY")
    made = pydicom.dcmread(source / "seg.dcm")
    organ = ball((0.0, -45.0, -40.0), 30.0)
    second = deepcopy(made.SegmentSequence[0])
    second.SegmentNumber, second.SegmentLabel = 2, "GTV"
    second.SegmentedPropertyTypeCodeSequence[0].CodeValue = ORGAN[0]
    made.SegmentSequence.append(second)
    groups = deepcopy(list(made.PerFrameFunctionalGroupsSequence))
    for group in groups:
        group.SegmentIdentificationSequence[0].ReferencedSegmentNumber = 2
    made.PerFrameFunctionalGroupsSequence.extend(groups)
    made.NumberOfFrames = 2 * len(DEPTHS)
    made.PixelData = pack_bits(np.concatenate([head(), organ]).astype("u1"))
    made.save_as(source / "seg.dcm")
    _, study, series = run(source, tmp_path)
    after = pydicom.dcmread(study.work / "encoded" / series / "00001.dcm").pixel_array
    assert np.array_equal(after[len(DEPTHS) :], organ)
    assert not after[: len(DEPTHS)][removed(study)].any()


@pytest.mark.parametrize("how", ["BINARY", "FRACTIONAL", "LABELMAP"])
def test_an_organ_inside_the_face_keeps_its_bytes(tmp_path: Path, how: str) -> None:
    source = segmented(tmp_path / "in", ball((0.0, -45.0, -40.0), 30.0), "GTV", ORGAN, how)
    record, study, series = run(source, tmp_path)
    assert not record.set_aside
    released = pydicom.dcmread(study.work / "encoded" / series / "00001.dcm")
    assert released.PixelData == pydicom.dcmread(source / "seg.dcm").PixelData


def test_a_skin_segment_stays_where_no_face_was(tmp_path: Path) -> None:
    no_face = SeriesFace(decision="no_face", tool="builtin")
    record, _, _ = run(segmented(tmp_path / "in", head(), "Skin", SKIN, "BINARY"), tmp_path, no_face)
    assert not record.set_aside


def test_a_skin_segment_on_doubtful_images_is_set_aside(tmp_path: Path) -> None:
    unsure = SeriesFace(decision="unsure", tool="builtin")
    record, _, series = run(segmented(tmp_path / "in", head(), "Skin", SKIN, "BINARY"), tmp_path, unsure)
    assert series in {row.series for row in record.set_aside}
