"""A generated CT of a head with a nose, and structure sets drawn on it: small, for tests of contours."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pydicom
from exports import instance, save
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from studies import converted, draw_mask

from cleanroom import step
from cleanroom.records import EncodeRecord, FaceRecord, SeriesFace
from cleanroom.study import Study

CT, STRUCTURES = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.481.3"
MM, SIZE, SLICES, STEP = 3.0, 88, 34, 6.0
HALF = np.array([80.0, 95.0, 88.0])
DEPTHS = (np.arange(SLICES) - (SLICES - 1) / 2) * STEP
NOSE = np.array([0.0, -95.0, -30.0])
Drawing = list[np.ndarray]
"""Contours, each (n, 3) LPS millimetres."""


def skin(z: float, scale: float = 1.0, every: float = 3.0) -> Drawing:
    """The outline of the head in one slice."""
    shrink = np.sqrt(max(0.0, 1 - (z / HALF[2]) ** 2))
    if shrink < 0.2:
        return []
    angle = np.radians(np.arange(0, 360, every))
    radius = scale * shrink * HALF[0] * HALF[1]
    radius = radius / np.hypot(HALF[1] * np.cos(angle), HALF[0] * np.sin(angle))
    nose = 18 * np.exp(-(((angle - 1.5 * np.pi) / 0.15) ** 2) - ((z - NOSE[2]) / 15) ** 2)
    radius = radius + scale * nose
    return [np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.full(len(angle), z)])]


def ball(centre: tuple[float, float, float], radius: float) -> Drawing:
    """The contours of a ball."""
    angle = np.radians(np.arange(0, 360, 10))
    found = []
    for z in DEPTHS[np.abs(DEPTHS - centre[2]) < radius - 0.5]:
        r = np.sqrt(radius**2 - (z - centre[2]) ** 2)
        x, y = centre[0] + r * np.cos(angle), centre[1] + r * np.sin(angle)
        found.append(np.column_stack([x, y, np.full(len(angle), z)]))
    return found


def head(scale: float = 1.0) -> Drawing:
    """The outline of the head in every slice."""
    return [contour for z in DEPTHS for contour in skin(z, scale)]


ROIS: dict[int, tuple[str, str, Drawing]] = {
    1: ("Contour 1", "EXTERNAL", [*head(), *ball((10.0, -72.0, -40.0), 4.0)]),
    2: ("BODY-PTV", "", head()),
    3: ("Huelle", "ORGAN", head()),
    4: ("Eye_L", "ORGAN", ball((30.0, -68.0, -20.0), 12.0)),
    5: ("Lens_L", "ORGAN", ball((30.0, -77.0, -21.0), 5.0)),
    6: ("GTV", "GTV", ball((0.0, -45.0, -40.0), 30.0)),
    7: ("Brain", "ORGAN", ball((0.0, 15.0, 30.0), 45.0)),
    8: ("Skin", "", ball((10.0, -72.0, -40.0), 4.0)),
}
"""ROI Number → name, interpreted type, contours."""
OUTER = (1, 2, 3, 8)


def write(folder: Path, rois: dict[int, tuple[str, str, Drawing]] = ROIS, images: bool = True) -> Path:
    """An export: the CT, and a structure set on it."""
    for number, z in enumerate(DEPTHS, 1):
        if images:
            save(_slice(number, float(z)), folder / f"ct{number:03d}.dcm")
    save(structure_set(rois), folder / "rs.dcm")
    return folder


def structure_set(rois: dict[int, tuple[str, str, Drawing]]) -> FileDataset:
    made = instance(1, series="1.2.3.2", SOPClassUID=STRUCTURES, Modality="RTSTRUCT")
    for keyword in ("Rows", "Columns", "PixelData", "ImagePositionPatient", "PixelSpacing", "ImageType"):
        delattr(made, keyword)
    made.file_meta.MediaStorageSOPClassUID = STRUCTURES
    series = _item(SeriesInstanceUID="1.2.3.1", ContourImageSequence=[_image(n + 1) for n in range(SLICES)])
    study = _item(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1",
        ReferencedSOPInstanceUID="1.2.3",
        RTReferencedSeriesSequence=[series],
    )
    frame = _item(FrameOfReferenceUID="1.2.3.9", RTReferencedStudySequence=[study])
    made.ReferencedFrameOfReferenceSequence = Sequence([frame])
    made.StructureSetLabel, made.StructureSetDate, made.StructureSetTime = "A", "20240101", "120000"
    made.StructureSetROISequence = Sequence(
        _item(ROINumber=n, ReferencedFrameOfReferenceUID="1.2.3.9", ROIName=name, ROIGenerationAlgorithm="")
        for n, (name, _, _) in rois.items()
    )
    made.RTROIObservationsSequence = Sequence(
        _item(ObservationNumber=n, ReferencedROINumber=n, RTROIInterpretedType=kind, ROIInterpreter="")
        for n, (_, kind, _) in rois.items()
    )
    made.ROIContourSequence = Sequence(
        _item(ContourSequence=[_contour(c) for c in drawing], ReferencedROINumber=n)
        for n, (_, _, drawing) in rois.items()
    )
    return made


def encoded(
    source: Path,
    tmp_path: Path,
    decide: Callable[[SeriesFace], SeriesFace | None] = lambda face: face,
    contours: str = "clip",
) -> tuple[Study, EncodeRecord, str]:
    """The study of an export through ``encode``, its face a drawn ball; and the structure set's series.

    ``decide`` changes the decision on the CT, None takes it away; ``contours`` is the key of ``faces``.
    """
    (study,) = converted(source, tmp_path)
    faces = study.config.faces.model_copy(update={"contours": contours})
    study = Study(study.config.model_copy(update={"faces": faces}), study.pseudonym)
    record = draw_mask(study, fill=-1000.0)
    modalities = {row.series: row.modality for row in study.instances}
    structures = next(name for name, modality in modalities.items() if modality == "RTSTRUCT")
    record.series[structures] = SeriesFace(decision="not_applicable", reason="no pixels")
    for name, modality in modalities.items():
        face = record.series.pop(name) if modality == "CT" else None
        if face:
            face.voxels_changed = sum(mask.voxels for mask in face.masks)
        if face and (decided := decide(face)):
            record.series[name] = decided
    record.save(study.record_path("deface"))
    step.run("encode", study)
    return study, EncodeRecord.load(study.record_path("encode")), structures


def contours(dataset: Dataset) -> dict[int, list[list[bytes]]]:
    """ROI Number → its contours → the points as they are written."""
    found = {}
    for roi in dataset.ROIContourSequence:
        texts = [bytes(item.get_item("ContourData").value) for item in roi.get("ContourSequence", [])]
        parts = [[part.strip() for part in text.split(b"\\")] for text in texts]
        found[int(roi.ReferencedROINumber)] = [
            [b"\\".join(row[at : at + 3]) for at in range(0, len(row), 3)] for row in parts
        ]
    return found


def inside(study: Study, points: list[bytes]) -> np.ndarray:
    """Which points lie in the face mask of the CT, looked up one by one."""
    face = next(face for face in FaceRecord.load(study.record_path("deface")).series.values() if face.masks)
    mask = nibabel.load(study.work / face.masks[0].mask)
    data, to_voxel = np.asarray(mask.dataobj), np.linalg.inv(mask.affine)
    found = []
    for point in points:
        x, y, z = map(float, point.split(b"\\"))
        voxel = np.rint(to_voxel @ [-x, -y, z, 1])[:3].astype(int)
        within = all(0 <= at < n for at, n in zip(voxel, data.shape, strict=True))
        found.append(within and data[tuple(voxel)] > 0)
    return np.array(found, bool)


def released(study: Study, series: str) -> FileDataset:
    return pydicom.dcmread(study.work / "encoded" / series / "00001.dcm")


def _slice(number: int, z: float) -> FileDataset:
    axis = (np.arange(SIZE) - (SIZE - 1) / 2) * MM
    x, y = np.meshgrid(axis, axis)
    outline = skin(z, every=1.0)
    pixels = np.zeros((SIZE, SIZE), "<i2")
    if outline:
        angle = np.degrees(np.arctan2(y, x)) % 360
        radius = np.hypot(outline[0][:, 0], outline[0][:, 1])
        tissue = np.hypot(x, y) <= np.interp(angle, np.arange(361), [*radius, radius[0]])
        pixels[tissue] = 1040 + (number * 7 + (x * 3 + y).astype(int)[tissue]) % 9
    made = instance(number, SOPClassUID=CT, Modality="CT", Rows=SIZE, Columns=SIZE)
    made.file_meta.MediaStorageSOPClassUID = CT
    made.RescaleIntercept, made.RescaleSlope, made.PixelSpacing = -1000, 1, [MM, MM]
    made.PixelRepresentation, made.BitsStored, made.HighBit = 1, 16, 15
    made.ImagePositionPatient, made.SliceThickness = [axis[0], axis[0], z], STEP
    made.PixelData = pixels.tobytes()
    return made


def _contour(points: np.ndarray) -> Dataset:
    at = int(np.abs(DEPTHS - points[0, 2]).argmin())
    return _item(
        ContourImageSequence=[_image(at + 1)],
        ContourGeometricType="CLOSED_PLANAR",
        NumberOfContourPoints=len(points),
        ContourData=[f"{value:.2f}" for value in points.ravel()],
    )


def _image(number: int) -> Dataset:
    return _item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=f"1.2.3.1.{number}")


def _item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, Sequence(value) if keyword.endswith("Sequence") else value)
    return made
