"""Generated exports of one head in several series: the template's head, cut into slices as a test needs."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from exports import instance, save
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.deface.head import head_centre
from cleanroom.deface.template import template_head

Matrix = NDArray[np.float64]
AXIAL = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, 1]]).T
"""Columns: the directions of the columns, the rows and the slices of an image, RAS."""
SAGITTAL = np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]]).T
CORONAL = np.array([[1.0, 0, 0], [0, 0, -1], [0, -1, 0]]).T
STAYS = np.eye(4)
LPS = np.array([-1.0, -1.0, 1.0])


def turned(degrees: float, shift: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Matrix:
    """A nod and a shift of the head, RAS millimetres."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("x", degrees, degrees=True).as_matrix()
    matrix[:3, 3] = head_centre() - matrix[:3, :3] @ head_centre() + np.array(shift)
    return matrix


def slices(
    plane: Matrix, size: int, mm: float, count: int, step: float, *, motion: Matrix = STAYS
) -> list[tuple[NDArray[np.uint16], Matrix]]:
    """Slices around the middle of the head: stored values (size, size), and the affine of each (RAS).

    Thick ones are the mean over their thickness.
    """
    found = []
    for index in range(count):
        affine = np.eye(4)
        affine[:3, :3] = plane * [mm, mm, step]
        middle = [(size - 1) / 2, (size - 1) / 2, (count - 1) / 2 - index]
        affine[:3, 3] = head_centre() - affine[:3, :3] @ middle
        inner = [_sampled(_shifted(affine, part), size, motion) for part in (np.arange(4) - 1.5) / 4]
        found.append((np.mean(inner, axis=0).round().astype("<u2"), affine))
    return found


def write(
    folder: Path,
    cut: Iterable[tuple[NDArray[np.uint16], Matrix]],
    *,
    study: str = "1.2.3",
    series: str = "1.2.3.1",
    frame: str = "1.2.9",
    thickness: float = 3.0,
    **values: object,
) -> list[FileDataset]:
    """Write slices as a classic MR series (values replace or add attributes); the instances."""
    made = []
    for number, (pixels, affine) in enumerate(cut, 1):
        noise = np.random.default_rng(number).integers(0, 4, pixels.shape).astype("<u2")
        item = instance(number, study=study, series=series, FrameOfReferenceUID=frame)
        item.Rows, item.Columns = pixels.shape
        size = np.linalg.norm(affine[:3, :3], axis=0)
        directions = (affine[:3, :2] / size[:2]).T * LPS
        item.ImageOrientationPatient = [round(float(value), 6) for value in directions.ravel()]
        item.ImagePositionPatient = [round(float(value), 4) for value in affine[:3, 3] * LPS]
        item.PixelSpacing, item.SliceThickness = [float(size[1]), float(size[0])], thickness
        item.SpacingBetweenSlices, item.SeriesNumber = thickness, int(series.rpartition(".")[2])
        item.PixelData = (pixels + noise).tobytes()
        for keyword, value in values.items():
            setattr(item, keyword, value)
        save(item, folder / f"{series}-{number:03d}.dcm")
        made.append(item)
    return made


def inverted(cut: list[tuple[NDArray[np.uint16], Matrix]]) -> list[tuple[NDArray[np.uint16], Matrix]]:
    """Another contrast: what is bright in the head becomes dark, the air stays black."""
    return [(np.where(pixels > 90, 800 - pixels, pixels).astype("<u2"), affine) for pixels, affine in cut]


def _shifted(affine: Matrix, part: float) -> Matrix:
    shift = np.eye(4)
    shift[2, 3] = part
    return affine @ shift


def _sampled(affine: Matrix, size: int, motion: Matrix) -> NDArray[np.float32]:
    template = template_head(1.0)
    matrix = np.linalg.inv(template.affine) @ np.linalg.inv(motion) @ affine
    plane = np.zeros((3, 3))
    plane[:, :2] = matrix[:3, [1, 0]]
    values = ndimage.affine_transform(
        template.data, plane, matrix[:3, 3], (size, size, 1), order=1, mode="constant", cval=0.0
    )
    return np.asarray(np.clip(values[:, :, 0], 0, 700), np.float32)
