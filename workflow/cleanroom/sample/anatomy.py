"""Different heads from one template, seen through the grid of a scanner."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK as sitk
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.sample.grid import Grid, Vector
from cleanroom.sample.template import Head, Volume

_FIELD_MM = 8.0
_LATTICE_MM = 55.0
_CENTRE = np.array([0.0, -20.0, -40.0])
_FIELD_SIZE = np.array([32, 40, 46])


@dataclass(frozen=True)
class Shape:
    """How one person's head differs from the template.

    Attributes
    ----------
    seed
        Of the random smooth warp.
    amplitude_mm
        Standard deviation of that warp along each axis.
    scale
        Factors left to right, front to back, bottom to top.
    features
        Landmark → what it is pushed by, LPS millimetres, and over which width.
    """

    seed: int
    amplitude_mm: float
    scale: tuple[float, float, float]
    features: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Person:
    """Somebody's head: the template, and the way from a point of the person to one of the template."""

    head: Head
    to_template: sitk.Transform

    def signal(self, grid: Grid, pose: sitk.Transform) -> tuple[Volume, Volume]:
        """T1-like signal and skin mask as ``Head.signal``, each shaped like the grid.

        Parameters
        ----------
        grid
            The slices, in LPS millimetres.
        pose
            How the head lies: from scanner to head, LPS millimetres.
        """
        return _resampled(self.head.signal, grid, [self.to_template, pose])

    def distances(self, grid: Grid, pose: sitk.Transform) -> tuple[Volume, Volume]:
        """Depth below the skin and distance from the brain in millimetres, each shaped like the grid."""
        return _resampled(self.head.distances, grid, [self.to_template, pose])


def person(head: Head, shape: Shape) -> Person:
    """Warp the template smoothly into somebody else's head."""
    scale = sitk.AffineTransform(3)
    scale.SetMatrix(np.diag(1 / np.array(shape.scale)).ravel().tolist())
    scale.SetCenter(_CENTRE.tolist())
    shift = _random_shift(shape) + _feature_shift(head, shape)
    field = sitk.GetImageFromArray(np.ascontiguousarray(shift.transpose(2, 1, 0, 3)), isVector=True)
    field.SetSpacing([_FIELD_MM] * 3)
    field.SetOrigin(_field_points()[0, 0, 0].tolist())
    return Person(head, sitk.CompositeTransform([sitk.DisplacementFieldTransform(field), scale]))


def pose(degrees: tuple[float, float, float], millimetres: tuple[float, float, float]) -> sitk.Transform:
    """Rigid motion from scanner to head: turned about the L, P and S axes in its middle, then moved."""
    motion = sitk.AffineTransform(3)
    motion.SetMatrix(Rotation.from_euler("xyz", degrees, degrees=True).as_matrix().ravel().tolist())
    motion.SetCenter(_CENTRE.tolist())
    motion.SetTranslation(millimetres)
    return motion


def _field_points() -> Vector:
    """LPS millimetres of the points of the displacement field, shape (x, y, z, 3)."""
    index = np.moveaxis(np.indices(tuple(_FIELD_SIZE)), 0, -1)
    return np.asarray(_CENTRE + (index - (_FIELD_SIZE - 1) / 2) * _FIELD_MM)


def _random_shift(shape: Shape) -> Vector:
    knots = np.ceil(_FIELD_SIZE * _FIELD_MM / _LATTICE_MM).astype(int) + 1
    lattice = np.random.default_rng(shape.seed).normal(size=(*knots, 3))
    smooth = ndimage.zoom(lattice, [*(_FIELD_SIZE / knots), 1], order=3)
    return np.asarray(smooth / smooth.std() * shape.amplitude_mm)


def _feature_shift(head: Head, shape: Shape) -> Vector:
    points = _field_points()
    total = np.zeros_like(points)
    for name, feature in shape.features.items():
        distance = np.linalg.norm(points - head.landmarks[name], axis=-1, keepdims=True)
        weight = np.exp(-0.5 * (distance / float(feature["width_mm"])) ** 2)
        total -= weight * np.array(feature["push"], dtype=float)
    return total


def _resampled(image: sitk.Image, grid: Grid, way: list[sitk.Transform]) -> tuple[Volume, Volume]:
    slices, rows, columns = grid.shape
    resample = sitk.ResampleImageFilter()
    resample.SetSize([columns, rows, slices])
    resample.SetOutputSpacing(list(reversed(grid.spacing)))
    resample.SetOutputOrigin(grid.origin.tolist())
    resample.SetOutputDirection(grid.axes[::-1].T.ravel().tolist())
    resample.SetTransform(sitk.CompositeTransform(way))
    resample.SetUseNearestNeighborExtrapolator(True)
    seen = sitk.GetArrayFromImage(resample.Execute(image))
    return np.ascontiguousarray(seen[..., 0]), np.ascontiguousarray(seen[..., 1])
