"""``python -m bench.outlines FOLDER``: a structure set drawn on the phantom's CT through the whole line.

Its regions: the outer contour, the same shrunken and grown, a ring, and what lies in a face. Printed: points
of each region in the face mask, before and after, and whether the region is as it was.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from scipy import ndimage

from bench.faces import DATA, reference
from cleanroom import config, step
from cleanroom.deface.registration import Pose
from cleanroom.encode.structures import STRUCTURE_SET
from cleanroom.intake.take_in import take_in
from cleanroom.records import FaceRecord
from cleanroom.study import BEFORE, Study

EXPORT = DATA / "ct_siemens_phantom_face_rtstruct" / "dicom"
SKIN_HU = -300
EVERY = 3
"""Of slices and of points every third is drawn."""
Flags = NDArray[np.bool_]
Draw = Callable[[NDArray[np.float64], NDArray[np.float64], Pose], Flags]
"""From the depth below the skin in the slice, and RAS millimetres of its pixels (3, rows, columns)."""


def _ball(*centres: tuple[float, float, float], mm: float) -> Draw:
    def draw(depth: NDArray[np.float64], place: NDArray[np.float64], pose: Pose) -> Flags:
        found = np.zeros(depth.shape, bool)
        for centre in centres:
            middle = pose.from_template(np.array(centre))
            found |= ((place - middle[:, None, None]) ** 2).sum(axis=0) < mm**2
        return np.asarray(found & (depth > 0))

    return draw


def _between(least: float, most: float = np.inf) -> Draw:
    def draw(depth: NDArray[np.float64], _: NDArray[np.float64], __: Pose) -> Flags:
        return np.asarray((depth > least) & (depth < most))

    return draw


REGIONS: dict[str, tuple[str, Draw]] = {
    "External": ("EXTERNAL", _between(0)),
    "opti 3": ("", _between(3)),
    "opti 5": ("CONTROL", _between(5)),
    "opti 10": ("AVOIDANCE", _between(10)),
    "couch 5": ("SUPPORT", _between(-5)),
    "ring": ("", _between(3, 9)),
    "Eye_L": ("ORGAN", _ball((-36, 66, -30), mm=12.5)),
    "Lenses": ("ORGAN", _ball((-36, 76, -30), (34, 76, -30), mm=5)),
    "Oral cavity": ("ORGAN", _ball((-1, 62, -105), mm=26)),
    "PTV": ("PTV", _ball((-1, 45, -70), mm=35)),
    "Brain": ("ORGAN", _ball((-1, 15, 5), mm=60)),
}


def main(folder: Path) -> int:
    """Run the line on the drawn structure set and print the table."""
    source = folder / "in"
    shutil.rmtree(folder, ignore_errors=True)
    source.mkdir(parents=True)
    for path in EXPORT.glob("ct/*.dcm"):
        shutil.copy(path, source)
    drawn = _structure_set(sorted(source.glob("*.dcm"), key=_level))
    drawn.save_as(source / "rs.dcm")
    (folder / "private").mkdir(mode=0o700)
    places = {"input": source, "private": folder / "private", "output": folder / "results"}
    settings = config.load(places)
    (name,) = take_in(settings)
    study = Study(settings, name)
    for each in BEFORE:
        step.run(each, study)
    released = [pydicom.dcmread(path) for path in sorted((study.work / "encoded").rglob("*.dcm"))]
    (after,) = [header for header in released if header.SOPClassUID == STRUCTURE_SET]
    _table(study, drawn, after)
    return 0


def _table(study: Study, before: Dataset, after: Dataset) -> None:
    faces = FaceRecord.load(study.record_path("deface")).series
    (face,) = [row for row in faces.values() if row.masks]
    image = nibabel.load(study.work / face.masks[0].mask)
    mask, to_voxel = np.asarray(image.dataobj) > 0, np.linalg.inv(image.affine)
    print(f"{'region':14}{'points':>8}{'in the mask':>13}{'after':>8}{'in the mask':>13}  as it was")
    for name, old, new in zip(REGIONS, before.ROIContourSequence, after.ROIContourSequence, strict=True):
        one, two = _points(old), _points(new)
        same = len(one) == len(two) and bool((one == two).all())
        told = [len(one), _inside(one, mask, to_voxel), len(two), _inside(two, mask, to_voxel)]
        print(f"{name:14}{told[0]:8}{told[1]:13}{told[2]:8}{told[3]:13}  {'yes' if same else 'no'}")


def _inside(points: NDArray[np.float64], mask: Flags, to_voxel: NDArray[np.float64]) -> int:
    voxel = np.rint(points * [-1, -1, 1] @ to_voxel[:3, :3].T + to_voxel[:3, 3]).astype(int)
    within = ((voxel >= 0) & (voxel < mask.shape)).all(axis=1)
    return int(mask[tuple(voxel[within].T)].sum())


def _points(roi: Dataset) -> NDArray[np.float64]:
    rows = [np.array(item.ContourData, float) for item in roi.get("ContourSequence") or []]
    return np.concatenate([np.zeros(0), *rows]).reshape(-1, 3)


def _level(path: Path) -> float:
    return float(pydicom.dcmread(path, stop_before_pixels=True).ImagePositionPatient[2])


def _structure_set(slices: list[Path]) -> FileDataset:
    """The phantom's own structure set with other regions; a contour for each piece of one in a slice."""
    made = pydicom.dcmread(next(EXPORT.glob("struct/*.dcm")))
    pose = Pose(reference("phantom_ct"), 0.0)
    found: dict[str, list[Dataset]] = {name: [] for name in REGIONS}
    for path in slices[::EVERY]:
        image = pydicom.dcmread(path)
        depth, place = _depth(image), _places(image)
        for name, (_, draw) in REGIONS.items():
            found[name] += _contours(draw(depth, place, pose), image)
    frame = made.StructureSetROISequence[0].ReferencedFrameOfReferenceUID
    numbered = list(enumerate(REGIONS, 1))
    made.StructureSetROISequence = [
        _item(ROINumber=n, ReferencedFrameOfReferenceUID=frame, ROIName=name, ROIGenerationAlgorithm="")
        for n, name in numbered
    ]
    made.RTROIObservationsSequence = [
        _item(ObservationNumber=n, ReferencedROINumber=n, RTROIInterpretedType=kind, ROIInterpreter="")
        for n, (kind, _) in enumerate(REGIONS.values(), 1)
    ]
    made.ROIContourSequence = [
        _item(ReferencedROINumber=n, ContourSequence=found[name]) for n, name in numbered
    ]
    return made


def _depth(image: Dataset) -> NDArray[np.float64]:
    """Millimetres below the skin in one slice, negative outside of the patient."""
    tissue = image.pixel_array * image.RescaleSlope + image.RescaleIntercept > SKIN_HU
    labels, count = ndimage.label(ndimage.binary_opening(tissue, iterations=3))
    body = labels == np.bincount(labels[labels > 0]).argmax() if count else np.zeros(tissue.shape, bool)
    body = ndimage.binary_fill_holes(ndimage.binary_closing(body, iterations=5))
    mm = [float(size) for size in image.PixelSpacing]
    inside, outside = (ndimage.distance_transform_edt(part, sampling=mm) for part in (body, ~body))
    return np.asarray(np.where(body, inside, -outside))


def _places(image: Dataset) -> NDArray[np.float64]:
    row, column = np.indices((image.Rows, image.Columns))
    x, y, z = image.ImagePositionPatient
    down, across = image.PixelSpacing
    return np.stack([-(x + column * across), -(y + row * down), np.full(row.shape, float(z))])


def _contours(region: Flags, image: Dataset) -> list[Dataset]:
    found, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    x, y, z = image.ImagePositionPatient
    down, across = image.PixelSpacing
    made = []
    for column, row in [line[::EVERY, 0].T for line in found if len(line) > 3 * EVERY]:
        points = np.column_stack([x + column * across, y + row * down, np.full(len(row), float(z))])
        made.append(
            _item(
                ContourImageSequence=[
                    _item(
                        ReferencedSOPClassUID=image.SOPClassUID, ReferencedSOPInstanceUID=image.SOPInstanceUID
                    )
                ],
                ContourGeometricType="CLOSED_PLANAR",
                NumberOfContourPoints=len(points),
                ContourData=[f"{value:.2f}" for value in points.ravel()],
            )
        )
    return made


def _item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
