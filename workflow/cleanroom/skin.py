"""Where the body ends: the threshold between air and tissue, and the body as one piece."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

HOUNSFIELD_AIR = -500.0
"""A volume that reaches below this is in Hounsfield units: no MR or PET image is so negative."""
HOUNSFIELD_SKIN = -300.0


def threshold(data: NDArray[np.float32]) -> float:
    """The value between air and tissue.

    For Hounsfield units a constant; else half of Otsu's threshold of the bright-clipped histogram, because
    skin and sparse fat lie below what Otsu takes for tissue.
    """
    if float(data.min()) < HOUNSFIELD_AIR:
        return HOUNSFIELD_SKIN
    top = float(np.percentile(data, 99))
    low = float(np.percentile(data, 1))
    if top <= low:
        return top
    return low + 0.5 * (_otsu(np.clip(data, low, top)) - low)


def body(data: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The largest connected piece of tissue of an isotropic volume: the patient without table and noise.

    Parameters
    ----------
    data
        Isotropic voxels of about 2 mm.

    Returns
    -------
    Boolean array of the same shape, cavities not filled.
    """
    smooth = ndimage.gaussian_filter(data, 0.7)
    tissue = ndimage.binary_opening(smooth > threshold(data), iterations=1)
    labels, count = ndimage.label(tissue)
    if count == 0:
        return np.zeros(data.shape, bool)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == sizes.argmax())


def _otsu(data: NDArray[np.float32]) -> float:
    counts, edges = np.histogram(data, 256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts).astype(float)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = sums / below - (sums[-1] - sums) / above
    between = np.nan_to_num(below * above * gap**2)
    return float(centres[between.argmax()])
