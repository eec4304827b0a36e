"""Volumes in which no face can be, low frontal lobes, and volumes that are none."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.absence import absence
from cleanroom.deface.anatomy import anatomy
from cleanroom.deface.builtin import face_mask, skin
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.registration import Pose
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Isotropic, isotropic

IDENTITY = Pose(np.eye(4), 1.0)
Data = NDArray[np.float32]


def grid(*shape: int) -> tuple[NDArray[np.float64], ...]:
    """Millimetres from the middle, 3 mm apart."""
    x, y, z = (3.0 * (np.arange(n) - (n - 1) / 2) for n in shape)
    return x[:, None, None], y[None, :, None], z[None, None, :]


def bottle(neck: float = 0.0) -> Data:
    """Water in a bottle, in air; and a neck that fades away below it."""
    x, y, z = grid(70, 70, 80)
    noise = np.random.default_rng(3).normal(0, 10, (70, 70, 80))
    inside = (x**2 + y**2 < 70**2) & (np.abs(z) < 80)
    below = neck * np.exp((z + 80) / 20) * ((x**2 + y**2 < 40**2) & (z < -80))
    return np.abs(np.where(inside, 800.0, below) + noise).astype(np.float32)


def trunk(chin: float = 0.0) -> Data:
    """Hounsfield units of an abdomen; a chin of so many millimetres lies before its upper end."""
    x, y, z = grid(130, 120, 50)
    inside = (x / 170) ** 2 + (y / 110) ** 2 < 1
    inside = inside | ((np.abs(x) < 55) & (y > 0) & (y < 110 + chin) & (z > 40) & (chin > 0))
    return np.where(inside, 40.0, -1000.0).astype(np.float32)


def copy(data: Data) -> Isotropic:
    return isotropic(data, np.diag([3.0, 3.0, 3.0, 1.0]))


@pytest.mark.parametrize(
    ("data", "modality", "word"),
    [
        (bottle(), "MR", "closed"),
        (bottle() * np.float32(1.25) - 1000, "CT", "closed"),
        (trunk(), "CT", "trunk"),
        (bottle(neck=600.0), "MR", ""),
        (bottle(), "PT", ""),
        (trunk(chin=60.0), "CT", ""),
        (template_head().data, "MR", ""),
    ],
    ids=["bottle MR", "bottle CT", "abdomen", "a neck that fades", "PET", "a chin on the chest", "a head"],
)
def test_no_face_is_said_of_shapes_that_hold_none(data: Data, modality: str, word: str) -> None:
    volume = template_head() if data is template_head().data else copy(data)
    reason = absence(volume, modality)
    assert word in reason
    assert bool(reason) == bool(word)


def test_low_straight_gyri_stay_and_the_skin_before_them_goes() -> None:
    """Of the template, moved down by 12 mm while the pose stays: what lies between the orbits."""
    template, down = template_head(), (0, 0, -6)
    lower = skin(template.holding(ndimage.shift(template.data, down, order=1)), IDENTITY)
    field = anatomy().brain
    x, y, _ = (field.points(np.indices(field.data.shape).reshape(3, -1).T).T).reshape(3, *field.data.shape)
    gyri = ndimage.shift(field.data <= 0, down, order=0) & (np.abs(x + 3) < 14) & (y > 60)
    shape, affine = field.data.shape, field.affine
    plain = carried(shape, affine, IDENTITY, Extent()) > 0
    spared = carried(shape, affine, IDENTITY, Extent(), lower) > 0
    assert (plain & gyri).sum() > 100
    assert not (spared & gyri).any()
    index = np.indices(shape).reshape(3, -1).T @ affine[:3, :3].T + affine[:3, 3]
    voxel = ((index - lower.distance.origin) / lower.distance.mm).T
    near = ndimage.map_coordinates(lower.distance.data, voxel, order=1).reshape(shape) > -6
    near &= anatomy().skull.data < 12
    assert np.array_equal(plain & near, spared & near)


@pytest.mark.parametrize(
    ("data", "affine", "word"),
    [
        (np.full((40, 40, 40), np.nan, np.float32), np.diag([3.0, 3, 3, 1]), "same value"),
        (np.full((40, 40, 40), 7, np.float32), np.diag([3.0, 3, 3, 1]), "same value"),
        (np.ones((64, 64), np.float32), np.diag([3.0, 3, 3, 1]), "geometry"),
        (np.ones((64, 64, 1), np.float32), np.diag([3.0, 3, 3, 1]), "slices"),
        (np.ones((64, 64, 40), np.float32), np.diag([3.0, 3, 0, 1]), "geometry"),
        (np.ones((64, 64, 40), np.float32), np.full((4, 4), np.nan), "geometry"),
        (np.ones((64, 64, 20), np.float32), np.diag([3.0, 3, 12, 1]), "apart"),
    ],
    ids=["NaN", "constant", "2D", "one slice", "flat geometry", "no geometry", "thick"],
)
def test_what_is_no_volume_is_unsure_with_its_reason(data: Data, affine: np.ndarray, word: str) -> None:
    found = face_mask(data, affine, "MR", Extent())
    assert found.decision == "unsure"
    assert word in found.reason
