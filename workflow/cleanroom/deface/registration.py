"""The first engine: mutual information, by SimpleITK; the same on every number of cores."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.contrast import windowed
from cleanroom.deface.head import Guess, head_centre
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic, isotropic
from cleanroom.skin import body

SEED = 20
SAMPLED = 0.6
"""Fraction of the voxels that the metric looks at."""
RIM_MM = 10.0
UNLIKELY = 0.5
"""Nats a sample for a squared logarithm of stretch: a spread of 0.05 against some 400 independent samples."""
STARTS = 5
"""How many guesses of the head's place are followed."""


class Stage(NamedTuple):
    """How one stage of the search proceeds."""

    mm: float
    """Voxels of both images; each stage averages two of them once more."""
    step_mm: float
    """The first step: larger ones make the affine stage run away."""
    steps: int


MIDDLE = Stage(4.0, 1.0, 60)
COARSE = Stage(4.0, 0.3, 100)
FINE = Stage(2.0, 0.3, 100)
SHRINK = 2


@dataclass(frozen=True)
class Pose:
    """How the template was laid onto a volume.

    Attributes
    ----------
    to_template
        4x4, RAS millimetres of the volume to RAS millimetres of the template.
    information
        Mattes mutual information at the end, in nats: higher is more alike.
    apart_mm
        How far apart two engines put the points of the face on average; infinite when they were not compared.
    third_mm
        How far from here the skin alone puts them, where the two hardly agree.
    """

    to_template: Affine
    information: float
    apart_mm: float = math.inf
    third_mm: float | None = None

    def from_template(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where a point of the template lies in the volume, both RAS millimetres."""
        matrix = np.linalg.inv(self.to_template)
        return np.asarray(matrix[:3, :3] @ point + matrix[:3, 3])

    @property
    def merit(self) -> float:
        """Information, less what the shape of the head costs, nats: heads have the template's to 5 %."""
        stretch = np.log(np.linalg.svd(self.to_template[:3, :3], compute_uv=False) / self.scale)
        return self.information - UNLIKELY * float((stretch**2).sum())

    @property
    def scale(self) -> float:
        """Template millimetres for a millimetre of the volume."""
        return float(np.cbrt(abs(np.linalg.det(self.to_template[:3, :3]))))


def registered(head: Isotropic, likely: list[Guess]) -> Pose:
    """Lay the template onto a volume: turned and scaled from the best guesses, then affine from the best.

    Parameters
    ----------
    head
        Isotropic RAS copy of about 2 mm, cut to the surroundings of the head.
    likely
        Where to start.

    Raises
    ------
    RuntimeError
        When the images overlap too little to compare.
    """
    with _one_thread():
        poses = [_optimised(head, _start(guess), MIDDLE) for guess in likely[:STARTS]]
        scaled, _ = min(poses, key=lambda result: result[1])
        return _affine_from(head, _like(sitk.AffineTransform(3), scaled))


def refined(head: Isotropic, to_template: Affine) -> Pose:
    """Lay the template onto a volume, starting from a map that another engine found.

    Raises
    ------
    RuntimeError
        When the images overlap too little to compare.
    """
    with _one_thread():
        return _affine_from(head, _affine(np.asarray(np.linalg.inv(to_template), np.float64)))


def held(head: Isotropic, to_template: Affine) -> Pose:
    """As :func:`refined`, but turned, moved and scaled only: the shape stays the other engine's.

    Where a head is cut or its contrast is not the template's, an affine map gains a little information by
    stretching the template beyond what heads are.

    Raises
    ------
    RuntimeError
        When the images overlap too little to compare.
    """
    with _one_thread():
        shape = _affine(np.asarray(np.linalg.inv(to_template), np.float64))
        start = sitk.Similarity3DTransform()
        start.SetCenter(head_centre().tolist())
        for stage in (COARSE, FINE):
            start, metric = _optimised(head, start, stage, shape)
        return Pose(np.asarray(np.linalg.inv(_matrix(shape) @ _matrix(start)), np.float64), -metric)


def _affine_from(head: Isotropic, start: sitk.AffineTransform) -> Pose:
    coarse, _ = _optimised(head, start, COARSE)
    affine, metric = _optimised(head, coarse, FINE)
    return Pose(np.asarray(np.linalg.inv(_matrix(affine)), np.float64), -metric)


@contextmanager
def _one_thread() -> Iterator[None]:
    """ITK adds up in another order with every number of threads, and a method's own setting is not enough."""
    threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)


def _like(transform: sitk.Transform, pose: sitk.Transform) -> sitk.Transform:
    """The same map with more freedom."""
    transform.SetCenter(pose.GetCenter())
    transform.SetMatrix(pose.GetMatrix())
    transform.SetTranslation(pose.GetTranslation())
    return transform


def _image(volume: Isotropic, kind: int = sitk.sitkFloat32) -> sitk.Image:
    """A SimpleITK image whose physical space is RAS: nothing here is told that ITK means LPS."""
    image = sitk.Cast(sitk.GetImageFromArray(volume.data.transpose(2, 1, 0)), kind)
    image.SetSpacing([volume.mm] * 3)
    image.SetOrigin(volume.origin.tolist())
    return image


@cache
def _template(mm: float) -> sitk.Image:
    return _image(_at(windowed(template_head()), mm))


@cache
def _around_skin(mm: float) -> sitk.Image:
    """The template's head with a rim of air: only there the images are compared."""
    template = template_head()
    rim = ndimage.binary_dilation(body(template.data), iterations=round(RIM_MM / template.mm))
    near = _at(template.holding(rim.astype(np.float32)), mm)
    return _image(near.holding((near.data > 0.5).astype(np.float32)), sitk.sitkUInt8)


def _at(volume: Isotropic, mm: float) -> Isotropic:
    return volume if mm <= volume.mm else isotropic(volume.data, volume.affine, mm)


def _start(guess: Guess) -> sitk.Similarity3DTransform:
    start = sitk.Euler3DTransform()
    start.SetCenter(head_centre().tolist())
    start.SetRotation(np.deg2rad(guess.pitch), 0.0, 0.0)
    start.SetTranslation((guess.centre - head_centre()).tolist())
    return _like(sitk.Similarity3DTransform(), start)


def _affine(from_template: Affine) -> sitk.AffineTransform:
    centre = head_centre()
    start = sitk.AffineTransform(3)
    start.SetCenter(centre.tolist())
    start.SetMatrix(from_template[:3, :3].ravel().tolist())
    start.SetTranslation((from_template[:3, :3] @ centre + from_template[:3, 3] - centre).tolist())
    return start


def _optimised(
    head: Isotropic, start: sitk.Transform, stage: Stage, then: sitk.Transform | None = None
) -> tuple[sitk.Transform, float]:
    """From a start, comparing what is in view; ``then`` is a map that follows and is not changed."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(SAMPLED, SEED)
    method.SetMetricFixedMask(_around_skin(stage.mm))
    if not head.seen.all():
        seen = _at(head.holding(head.seen.astype(np.float32)), stage.mm)
        method.SetMetricMovingMask(_image(seen.holding((seen.data > 0.5).astype(np.float32)), sitk.sitkUInt8))
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(stage.step_mm, 0.02, stage.steps, 0.6)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([SHRINK])
    method.SetSmoothingSigmasPerLevel([SHRINK / 2])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOff()
    moved = type(start)(start)
    method.SetInitialTransform(moved, inPlace=True)
    if then:
        method.SetMovingInitialTransform(then)
    method.Execute(_template(stage.mm), _image(_at(windowed(head), stage.mm)))
    return moved, float(method.GetMetricValue())


def _matrix(transform: sitk.Transform) -> Affine:
    """Template RAS millimetres to volume RAS millimetres."""
    matrix = np.eye(4)
    centre = np.array(transform.GetCenter())
    matrix[:3, :3] = np.array(transform.GetMatrix()).reshape(3, 3)
    matrix[:3, 3] = centre + np.array(transform.GetTranslation()) - matrix[:3, :3] @ centre
    return matrix
