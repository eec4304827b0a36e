"""pydeface's template head (MIT licence): read from its wheel, without importing it."""

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import nibabel
import numpy as np

from cleanroom.errors import StopRun
from cleanroom.isotropic import Isotropic, isotropic

HEAD = "pydeface/data/mean_reg2mean.nii.gz"
"""A mean T1-weighted head with neck, 1 mm, in RAS millimetres; it ends at the lower lip."""


def template_file() -> Path:
    """Where the template lies.

    Raises
    ------
    StopRun
        When pydeface's wheel is not installed.
    """
    try:
        path = Path(str(distribution("pydeface").locate_file(HEAD)))
    except PackageNotFoundError:
        path = Path(HEAD)
    if not path.is_file():
        raise StopRun("The template head of de-facing is missing.", "install the package pydeface 2.1.0")
    return path


@cache
def template_head(mm: float = 2.0) -> Isotropic:
    """The template as an isotropic RAS volume; values 0 (air) to about 650 (fat)."""
    image = nibabel.load(template_file())
    return isotropic(np.asarray(image.dataobj, np.float32), image.affine, mm)
