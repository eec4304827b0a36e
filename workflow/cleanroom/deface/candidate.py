"""Which series can show a face at all, and which volumes a tool can judge."""

import math

import numpy as np

from cleanroom.isotropic import Affine
from cleanroom.manifest import Instance

VOLUMETRIC = ("MR", "CT", "PT", "NM")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
LEAST_SLICES = 12
LEAST_MM = 60.0
MOST_SPACING_MM = 8.0


def inapplicable(series: list[Instance]) -> str:
    """Why the question of a face does not arise for a series; empty when it does."""
    first = series[0]
    if not any(instance.frames for instance in series):
        return "no pixels"
    if first.modality not in VOLUMETRIC:
        return f"modality {first.modality or 'unknown'} shows no head in three dimensions"
    if all(instance.sop_class_uid.startswith(SECONDARY_CAPTURE) for instance in series):
        return "secondary captures: screens, not a volume"
    return ""


def unfit(shape: tuple[int, ...], affine: Affine) -> str:
    """Why a volume cannot be judged by registration; empty when it can.

    Parameters
    ----------
    shape
        Of the NIfTI file; of four dimensions the first three count.
    affine
        Voxel index to RAS millimetres.
    """
    if len(shape) < 3 or abs(float(np.linalg.det(affine[:3, :3]))) < 1e-6:
        return "it has no three-dimensional geometry"
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    if min(shape[:3]) < LEAST_SLICES:
        return f"it has {min(shape[:3])} slices, fewer than {LEAST_SLICES}"
    if sizes.max() > MOST_SPACING_MM:
        return f"its slices lie {sizes.max():.1f} mm apart, more than {MOST_SPACING_MM:g}"
    extent = [math.floor(n * size) for n, size in zip(shape[:3], sizes, strict=True)]
    if min(extent) < LEAST_MM:
        return f"it covers {min(extent)} mm in one direction, less than {LEAST_MM:g}"
    return ""
