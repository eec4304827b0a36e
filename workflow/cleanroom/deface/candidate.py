"""Which series can show a face at all, and which volumes a tool can judge."""

import math
from typing import Protocol

import numpy as np

from cleanroom.isotropic import Affine
from cleanroom.manifest import Instance
from cleanroom.records import Volume

VOLUMETRIC = ("MR", "CT", "PT", "NM")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
LEAST_SLICES = 12
LEAST_MM = 60.0
MOST_MM = 4000.0
MOST_SPACING_MM = 10.0
HEAD_MM = 220.0
"""More than this shows no more of a head."""
FINE_MM = 1.5
"""Finer voxels than this register no better."""
ANATOMICAL = ("MR", "CT")


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
    known = len(shape) >= 3 and bool(np.isfinite(affine).all())
    if not known or abs(float(np.linalg.det(affine[:3, :3]))) < 1e-6:
        return "it has no three-dimensional geometry"
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    if min(shape[:3]) < LEAST_SLICES:
        return f"it has {min(shape[:3])} slices, fewer than {LEAST_SLICES}"
    if sizes.max() > MOST_SPACING_MM:
        return f"its slices lie {sizes.max():.1f} mm apart, more than {MOST_SPACING_MM:g}"
    extent = [math.floor(n * size) for n, size in zip(shape[:3], sizes, strict=True)]
    if max(extent) > MOST_MM:
        return f"it covers {max(extent):,} mm in one direction, more than {MOST_MM:,g}"
    if min(extent) < LEAST_MM:
        return f"it covers {min(extent)} mm in one direction, less than {LEAST_MM:g}"
    return ""


class Candidate(Protocol):
    """A volume and the modality of its series."""

    @property
    def volume(self) -> Volume:
        """The volume."""
        ...

    @property
    def modality(self) -> str:
        """As DICOM writes it."""
        ...

    @property
    def through(self) -> bool:
        """Whether it is a picture through the body."""
        ...


def promise(candidate: Candidate) -> float:
    """How well a volume can be expected to register: 0 to 1, 0 when it cannot be judged.

    What it covers of a head's size, times how fine it is; a volume of one time point of MR or CT comes before
    PET, NM and series of many time points.
    """
    shape, affine = tuple(candidate.volume.shape), np.array(candidate.volume.affine)
    if candidate.through or unfit(shape, affine):
        return 0.0
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    covers = np.minimum(np.array(shape[:3]) * sizes, HEAD_MM) / HEAD_MM
    coarse = candidate.modality not in ANATOMICAL or math.prod(shape[3:]) > 1
    return float(covers.prod() * min(1.0, FINE_MM / sizes.max()) * (0.1 if coarse else 1.0))
