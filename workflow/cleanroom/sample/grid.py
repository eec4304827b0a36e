"""Where the voxels of a series lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_AXES = {
    "axial": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "sagittal": ((0, 1, 0), (0, 0, -1), (-1, 0, 0)),
}
"""In LPS: along a row, down a column, from slice to slice (right-handed)."""


@dataclass(frozen=True)
class Grid:
    """A stack of parallel slices in patient coordinates.

    Attributes
    ----------
    shape
        Slices, rows, columns.
    spacing
        Millimetres between slices, rows, columns.
    origin
        LPS millimetres of the centre of the first voxel.
    axes
        3x3, LPS unit vectors as rows: slice to slice, down a column, along a row.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: Vector
    axes: Matrix

    @classmethod
    def centred(
        cls,
        plane: str,
        shape: tuple[int, int, int],
        spacing: tuple[float, float, float],
        centre: tuple[float, float, float],
        tilt_degrees: tuple[float, float, float] = (0, 0, 0),
    ) -> "Grid":
        """A stack around a point (LPS mm), ``axial`` or ``sagittal``, turned about the L, P and S axes."""
        turn = Rotation.from_euler("xyz", tilt_degrees, degrees=True).as_matrix()
        axes = np.round([turn @ axis for axis in reversed(_AXES[plane])], 9)
        half = (np.array(shape) - 1) * spacing / 2
        return cls(shape, spacing, np.round(np.array(centre) - half @ axes, 6), axes)

    @property
    def affine(self) -> Matrix:
        """4x4, (slice, row, column) to LPS millimetres."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.axes.T * self.spacing
        matrix[:3, 3] = self.origin
        return matrix

    def position(self, slice_index: int) -> list[float]:
        """Image Position (Patient) of a slice, LPS millimetres."""
        return [round(float(x), 6) for x in self.origin + slice_index * self.spacing[0] * self.axes[0]]

    def distance(self, point: Vector) -> Matrix:
        """Millimetres from every voxel to a point (LPS mm), in the grid's shape."""
        along = self.axes @ (point - self.origin)
        steps = [np.arange(n) * d - p for n, d, p in zip(self.shape, self.spacing, along, strict=True)]
        z, y, x = np.ix_(*steps)
        return np.asarray(np.sqrt(z**2 + y**2 + x**2))

    @property
    def orientation(self) -> list[float]:
        """Image Orientation (Patient)."""
        return [round(float(x), 9) + 0.0 for x in (*self.axes[2], *self.axes[1])]
