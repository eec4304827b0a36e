"""The average head of ``average.nii.gz``; ``python -m cleanroom.deface.fill.average FILE`` makes that file.

It is pydeface's mean scan (MIT licence) made symmetric, with a chin and a neck of this project's own below.
"""

import gzip
import sys
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.template import template_head
from cleanroom.isotropic import Isotropic
from cleanroom.skin import threshold

NAME = "average.nii.gz"
MM = 2.0
ORIGIN = np.array([-110.0, -76.0, -210.0])
SHAPE = (111, 114, 121)
"""Grid in template space: wider than the head, and down to the neck."""
MIDPLANE = (-6.0, 0.055)
"""The template's plane of symmetry: x = -6 + 0.055 y, millimetres."""
MIDDLE_Y = 20.0
"""Behind this the jaw does not taper."""
FARTHEST_MM = 20.0
"""Distances beyond are not kept."""
STEPS = (0.1, 4.0)
"""What a step of the file's integers is: millimetres, and values of the tissue."""
CLOSING = 4
"""Voxels: nostrils, mouth and ear canals close, so that the surface is the outer one."""

Field = NDArray[np.float32]


@dataclass(frozen=True)
class Average:
    """An average head in template space.

    Attributes
    ----------
    skin
        Signed distance to its surface: negative inside, millimetres.
    tissue
        Its T1-weighted values: 0 air, muscle about 150, fat about 400.
    """

    skin: Isotropic
    tissue: Isotropic


def table(name: str) -> NDArray[np.float64]:
    """A table of numbers of this package, (rows, columns)."""
    with (_folder() / name).open() as file:
        lines = [line for line in file if not line.startswith("#")]
    return np.loadtxt(lines[1:], np.float64, ndmin=2)


@cache
def average_head() -> Average:
    """The average head, read once a process."""
    image = nibabel.Nifti1Image.from_bytes(gzip.decompress((_folder() / NAME).read_bytes()))
    values = np.asarray(image.dataobj, np.float32)
    return Average(*(_field(values[..., at] * np.float32(step)) for at, step in enumerate(STEPS)))


def made() -> bytes:
    """The average head, made from the template and ``jaw.tsv``: the content of ``average.nii.gz``."""
    template = template_head(MM)
    tissue = ndimage.gaussian_filter(_symmetric(template), 0.5)
    solid = np.pad(tissue > threshold(template.data), CLOSING)
    solid = ndimage.binary_closing(solid, iterations=CLOSING)
    inside = ndimage.binary_fill_holes(solid)[(slice(CLOSING, -CLOSING),) * 3]
    labels, _ = ndimage.label(ndimage.binary_opening(inside, iterations=2))
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    skin = ndimage.gaussian_filter(signed(labels == sizes.argmax(), MM), 1.2)
    skin = np.clip(skin, -FARTHEST_MM, FARTHEST_MM)
    near = np.where(skin < FARTHEST_MM, tissue, 0)
    both = np.stack([skin / STEPS[0], near / STEPS[1]], axis=-1)
    image = nibabel.Nifti1Image(np.round(both).astype(np.int16), _field(skin).affine)
    return gzip.compress(image.to_bytes(), compresslevel=9, mtime=0)


def signed(inside: NDArray[np.bool_], mm: float) -> Field:
    """Signed distance to the border of a region, millimetres, negative inside."""
    out = ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)
    return np.asarray((out - np.sign(out) * 0.5) * mm, np.float32)


def _folder() -> Path:
    return Path(str(files("cleanroom.deface.fill")))


def _field(values: Field) -> Isotropic:
    return Isotropic(np.asarray(values, np.float32), ORIGIN, MM, np.ones(values.shape, bool))


def _symmetric(template: Isotropic) -> Field:
    """The mean of the template and its mirror image; below the mouth its last good section, tapered."""
    x, y, z = (origin + MM * np.arange(n) for origin, n in zip(ORIGIN, SHAPE, strict=True))
    rows = table("jaw.tsv")
    front, side = (np.interp(-z, -rows[:, 0], rows[:, column]) for column in (1, 2))
    middle = MIDPLANE[0] + MIDPLANE[1] * y[None, :, None]
    lateral = (x[:, None, None] - middle) / side
    ahead = y[None, :, None] - MIDDLE_Y
    along = MIDDLE_Y + np.where(ahead > 0, ahead / front, ahead)
    up = np.maximum(z, rows[0, 0])[None, None, :]
    both = [_looked_up(template, middle + way * lateral, along, up) for way in (1, -1)]
    return np.asarray(np.mean(both, axis=0), np.float32)


def _looked_up(
    template: Isotropic, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
) -> Field:
    places = np.broadcast_arrays(x, y, z)
    voxels = [(place - start) / template.mm for place, start in zip(places, template.origin, strict=True)]
    return np.asarray(ndimage.map_coordinates(template.data, voxels, order=1, cval=0.0), np.float32)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(made())
