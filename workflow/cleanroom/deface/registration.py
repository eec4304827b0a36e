"""Where the template head lies in a volume: an affine map, the same on every machine and number of cores."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.head import around_head, head_centre
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic
from cleanroom.skin import HOUNSFIELD_AIR, body

SEED = 20
SAMPLED = 0.2
"""Fraction of the voxels that the metric looks at."""
SOFT_TISSUE = (-300.0, 300.0)
"""Hounsfield units: wider, and the metric sees only bone against air."""
RIM_MM = 10.0
PITCHES = (-20.0, 0.0, 20.0)
"""Start poses, degrees of nodding."""


class Stage(NamedTuple):
    """How one stage of the search proceeds."""

    shrink: list[int]
    """Voxels averaged, level by level."""
    step_mm: float
    """The first step: larger ones make the affine stage run away."""
    steps: int


COARSE = Stage([6], 2.0, 40)
MIDDLE = Stage([4], 1.0, 60)
FINE = Stage([4, 2], 0.3, 100)


@dataclass(frozen=True)
class Pose:
    """How the template was laid onto a volume.

    Attributes
    ----------
    to_template
        4x4, RAS millimetres of the volume to RAS millimetres of the template.
    information
        Mattes mutual information at the end, in nats: higher is more alike.
    """

    to_template: Affine
    information: float

    @property
    def scale(self) -> float:
        """Template millimetres for a millimetre of the volume."""
        return float(np.cbrt(abs(np.linalg.det(self.to_template[:3, :3]))))


def register(template: Isotropic, volume: Isotropic) -> Pose:
    """Lay the template onto a volume: turned, then scaled, then affine, from the best of several starts.

    Parameters
    ----------
    template, volume
        Isotropic RAS copies of about 2 mm.

    Raises
    ------
    RuntimeError
        When the images overlap too little to compare.
    """
    fixed, moving = _image(_windowed(template)), _image(_windowed(around_head(volume)))
    centre, goal = head_centre(template), head_centre(volume)
    starts = [_start(pitch, centre, goal) for pitch in PITCHES]
    poses = [_optimised(fixed, moving, start, COARSE) for start in starts]
    turned, _ = min(poses, key=lambda result: result[1])
    scaled, _ = _optimised(fixed, moving, _like(sitk.Similarity3DTransform(), turned), MIDDLE)
    affine, metric = _optimised(fixed, moving, _like(sitk.AffineTransform(3), scaled), FINE)
    return Pose(np.asarray(np.linalg.inv(_matrix(affine)), np.float64), -metric)


def _like(transform: sitk.Transform, pose: sitk.Transform) -> sitk.Transform:
    """The same map with more freedom."""
    transform.SetCenter(pose.GetCenter())
    transform.SetMatrix(pose.GetMatrix())
    transform.SetTranslation(pose.GetTranslation())
    return transform


def _windowed(volume: Isotropic) -> Isotropic:
    low, high = SOFT_TISSUE
    if float(volume.data.min()) >= HOUNSFIELD_AIR:
        low, high = float(volume.data.min()), float(np.percentile(volume.data, 99.5))
    return Isotropic(np.clip(volume.data, low, high), volume.origin, volume.mm)


def _image(volume: Isotropic, kind: int = sitk.sitkFloat32) -> sitk.Image:
    """A SimpleITK image whose physical space is RAS: nothing here is told that ITK means LPS."""
    image = sitk.Cast(sitk.GetImageFromArray(volume.data.transpose(2, 1, 0)), kind)
    image.SetSpacing([volume.mm] * 3)
    image.SetOrigin(volume.origin.tolist())
    return image


@cache
def _around_skin() -> sitk.Image:
    """The template's head with a rim of air: only there the images are compared."""
    template = template_head()
    rim = ndimage.binary_dilation(body(template.data), iterations=round(RIM_MM / template.mm))
    return _image(Isotropic(rim.astype(np.float32), template.origin, template.mm), sitk.sitkUInt8)


def _start(pitch: float, centre: NDArray[np.float64], goal: NDArray[np.float64]) -> sitk.Euler3DTransform:
    start = sitk.Euler3DTransform()
    start.SetCenter(centre.tolist())
    start.SetRotation(np.deg2rad(pitch), 0.0, 0.0)
    start.SetTranslation((goal - centre).tolist())
    return start


def _optimised(
    fixed: sitk.Image, moving: sitk.Image, start: sitk.Transform, stage: Stage
) -> tuple[sitk.Transform, float]:
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(32)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentagePerLevel(
        [min(1.0, SAMPLED * factor / 2) for factor in stage.shrink], SEED
    )
    method.SetMetricFixedMask(_around_skin())
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(stage.step_mm, 0.02, stage.steps, 0.6)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel(stage.shrink)
    method.SetSmoothingSigmasPerLevel([factor / 2 for factor in stage.shrink])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOff()
    moved = type(start)(start)
    method.SetInitialTransform(moved, inPlace=True)
    method.Execute(fixed, moving)
    return moved, float(method.GetMetricValue())


def _matrix(transform: sitk.AffineTransform) -> Affine:
    """Template RAS millimetres to volume RAS millimetres."""
    matrix = np.eye(4)
    centre = np.array(transform.GetCenter())
    matrix[:3, :3] = np.array(transform.GetMatrix()).reshape(3, 3)
    matrix[:3, 3] = centre + np.array(transform.GetTranslation()) - matrix[:3, :3] @ centre
    return matrix
