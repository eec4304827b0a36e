"""A head is found however it lies; two engines agree on it, on any number of threads; the ears go too."""

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.deface.builtin import FaceResult, face_mask
from cleanroom.deface.engines import AGREED_MM, FACE_POINTS, apart
from cleanroom.deface.head import head_centre
from cleanroom.deface.mask import Extent
from cleanroom.deface.registration import refined
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, isotropic
from cleanroom.skin import body

WAYS = {
    "prone": ("z", 180.0),
    "on its right side": ("z", 90.0),
    "feet first": ("y", 180.0),
    "turned by 60 degrees": ("xyz", (35.0, 25.0, 45.0)),
}


def moved(way: Rotation, mm: float = 3.0) -> tuple[NDArray[np.float32], Affine, Affine]:
    """The template's head, turned about its centre and shifted; and the map back to the template."""
    copy = isotropic(template_head().data, template_head().affine, mm)
    turn = np.eye(4)
    turn[:3, :3] = way.as_matrix()
    turn[:3, 3] = head_centre() - turn[:3, :3] @ head_centre() + [40, -60, 90]
    return copy.data, turn @ copy.affine, np.asarray(np.linalg.inv(turn))


def misplaced(result: FaceResult, truth: Affine) -> float:
    """How far the farthest point of the face is from where it is, millimetres."""
    assert result.pose is not None, result.reason
    points = np.c_[FACE_POINTS, np.ones(len(FACE_POINTS))]
    there = points @ np.linalg.inv(truth).T
    back = there @ result.pose.to_template.T
    return float(np.linalg.norm((back - points)[:, :3], axis=1).max())


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_a_head_is_found_however_it_lies(way: str) -> None:
    axes, degrees = WAYS[way]
    data, affine, truth = moved(Rotation.from_euler(axes, degrees, degrees=True))
    result = face_mask(data, affine, "MR", Extent())
    assert result.decision == "face", result.reason
    assert misplaced(result, truth) < 5
    assert result.measures is not None
    assert result.measures["apart_mm"] <= AGREED_MM


def test_poses_are_as_far_apart_as_the_face_moved() -> None:
    shifted = np.eye(4)
    shifted[:3, 3] = [3.0, 0.0, 4.0]
    assert apart(np.eye(4), shifted) == pytest.approx(5.0)
    assert apart(np.eye(4), np.eye(4)) == 0


def test_what_an_oblique_volume_does_not_show_is_no_air() -> None:
    data, affine, _ = moved(Rotation.identity(), 2.0)
    below_the_brow = data[:, :, : round((5.0 - template_head().origin[2]) / 2)]
    tilt = np.eye(4)
    tilt[:3, :3] = Rotation.from_euler("xyz", (14, 9, 12), degrees=True).as_matrix()
    found = []
    for turn in (np.eye(4), tilt):
        copy = isotropic(below_the_brow, turn @ affine)
        found.append(
            refined(copy, np.asarray(np.linalg.inv(turn @ affine @ np.linalg.inv(template_head().affine))))
        )
    straight, oblique = (pose.information for pose in found)
    assert oblique > 0.9 * straight


@pytest.mark.long
def test_a_ball_is_no_head_even_if_a_template_can_be_laid_onto_it() -> None:
    x, y, z = np.ogrid[-40:40, -40:40, -40:40]
    ball = (np.sqrt(x**2 + (y / 1.2) ** 2 + z**2) < 32).astype(np.float32)
    ball = ndimage.gaussian_filter(ball * 300, 1) + np.random.default_rng(2).normal(20, 5, ball.shape)
    result = face_mask(ball.astype(np.float32), np.diag([2.5, 2.5, 2.5, 1.0]), "MR", Extent())
    assert result.decision == "unsure"
    assert result.mask is None


@pytest.mark.long
def test_the_ears_go_unless_the_config_keeps_them() -> None:
    data, affine, _ = moved(Rotation.identity(), 2.0)
    tissue = body(data)
    x, y, z = np.ogrid[tuple(map(slice, data.shape))]
    head = template_head()
    lateral = np.abs(head.origin[0] + 2 * x + 6)
    y, z = head.origin[1] + 2 * y, head.origin[2] + 2 * z
    auricle = tissue & (lateral > 76) & (y > -30) & (y < 12) & (z > -80) & (z < -20)
    assert auricle.sum() > 100
    with_ears, without = (face_mask(data, affine, "MR", Extent(ears=ears)).mask for ears in (True, False))
    assert with_ears is not None
    assert without is not None
    assert with_ears[auricle].mean() > 0.98
    assert without[auricle].mean() < 0.02
    assert (with_ears >= without).all()


DIGEST = """
import hashlib, numpy as np
from cleanroom.deface.engines import located
from cleanroom.deface.template import template_head
from cleanroom.isotropic import isotropic
head = template_head()
turn = np.eye(4); turn[:3, 3] = [20, 10, -30]
turn[1:3, 1:3] = [[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]]
pose = located(isotropic(head.data, turn @ head.affine, 2.5))
print(hashlib.sha256(pose.to_template.tobytes() + repr(pose.apart_mm).encode()).hexdigest())
"""


@pytest.mark.long
def test_the_number_of_threads_changes_no_bit() -> None:
    digests = set()
    for threads in ("1", "3"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")
        environment = os.environ | dict.fromkeys(names, threads) | {"PYTHONPATH": "workflow"}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1
