"""The head everything starts from: pydeface's template (MIT), tidied up and given a neck."""

from dataclasses import dataclass
from importlib.metadata import distribution
from typing import Any, cast

import nibabel as nib
import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.sample.grid import LPS_TO_RAS, Matrix, Vector

Volume = NDArray[np.float32]
Mask = NDArray[np.bool_]

NECK_MM = 45
"""The template ends at the chin; this much is added below it."""
_SKIN = 85.0
_WHITE = 430.0
_LANDMARKS = {"nose": (88, 240, 60), "chin": (88, 222, 10), "brow": (88, 222, 118), "jaw": (88, 190, 20)}


@dataclass(frozen=True)
class Head:
    """A head as two-component images in LPS millimetres.

    Attributes
    ----------
    signal
        T1-like signal in 0..1; and 1 inside the head, 0 in the air around it, soft at the skin.
    distances
        Millimetres below the skin (negative in air); and from the brain's surface (negative inside it).
    landmarks
        ``nose``, ``chin``, ``brow`` and ``jaw`` in LPS millimetres.
    """

    signal: sitk.Image
    distances: sitk.Image
    landmarks: dict[str, Vector]


def load() -> Head:
    """Read the template from the installed wheel, which is never imported (it would want nipype)."""
    path = distribution("pydeface").locate_file("pydeface/data/mean_reg2mean.nii.gz")
    image = cast(nib.nifti1.Nifti1Image, nib.load(str(path)))
    t1 = _evened(np.asarray(image.dataobj, dtype=np.float32))
    skin, t1 = _with_neck(_inside(t1), t1)
    affine = LPS_TO_RAS @ image.affine
    affine[:3, 3] -= affine[:3, 2] * NECK_MM
    soft = ndimage.gaussian_filter(skin.astype(np.float32), 0.6)
    depth = _signed_distance(skin[::2, ::2, ::2])
    coarse = affine @ np.diag([2.0, 2.0, 2.0, 1.0])
    return Head(
        signal=_image(np.stack([np.clip(t1 / _WHITE, 0, 1) * soft, soft]), affine),
        distances=_image(np.stack([depth, _brain(depth)]), coarse),
        landmarks={name: (affine @ [x, y, z + NECK_MM, 1])[:3] for name, (x, y, z) in _LANDMARKS.items()},
    )


def _image(volumes: Volume, affine: Matrix) -> sitk.Image:
    """An image of an array (component, x, y, z) with its affine to LPS millimetres."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    image = sitk.GetImageFromArray(np.ascontiguousarray(volumes.T), isVector=True)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((affine[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    return image


def _evened(t1: Volume) -> Volume:
    """Undo the loss of signal towards the lowest slices."""
    level = np.percentile(t1[::2, ::2, :41], 99, axis=(0, 1))
    gain = np.ones(t1.shape[2], dtype=np.float32)
    gain[:41] = np.clip(level[-1] / np.maximum(level, 1), 1, 4)
    return t1 * gain


def _inside(t1: Volume) -> Mask:
    """The head without the goggle-shaped haze in front of the averaged eyes."""
    tissue = t1 > _SKIN
    labels, _ = ndimage.label(ndimage.binary_opening(tissue[::2, ::2, ::2], iterations=2))
    head = labels == 1 + np.bincount(labels.ravel())[1:].argmax()
    near = ndimage.binary_dilation(head, iterations=2).repeat(2, 0).repeat(2, 1).repeat(2, 2)
    closed = ndimage.binary_closing(near & tissue, iterations=2)
    return _without_holes(closed)


def _without_holes(inside: Mask) -> Mask:
    """Fill what an axial slice encloses: sinuses, mouth and ear canals."""
    in_slice = np.zeros((3, 3, 3), dtype=bool)
    in_slice[1, :, 1] = in_slice[:, 1, 1] = True
    labels, count = ndimage.label(~inside, structure=in_slice)
    outside = np.zeros(count + 1, dtype=bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outside[np.unique(edge)] = True
    outside[0] = False
    return np.asarray(~outside[labels])


def _with_neck(inside: Mask, t1: Volume) -> tuple[Mask, Volume]:
    """Add slices below the chin: the jaw's underside rises towards a round neck."""
    lowest = 8
    base = inside[:, :, lowest]
    margin = ndimage.distance_transform_edt(base)
    x, y = np.indices(base.shape)
    neck = ((x - 88) / 55) ** 2 + ((y - 107) / 55) ** 2 < 1
    slices = [(margin > 2.2 * down) | neck for down in range(NECK_MM + lowest, 0, -1)]
    grown = np.concatenate([np.stack(slices, axis=2), inside[:, :, lowest:]], axis=2)
    seam = slice(0, NECK_MM + lowest + 6)
    rounded = ndimage.gaussian_filter(grown[:, :, seam].astype(np.float32), (2, 2, 4)) > 0.5
    grown[:, :, seam] = rounded
    flesh = np.where(margin > 0, t1[:, :, lowest + 4], 200.0)
    below = np.repeat(ndimage.gaussian_filter(flesh, 1.5)[:, :, None], NECK_MM + lowest, axis=2)
    return grown, np.concatenate([below, t1[:, :, lowest:]], axis=2, dtype=np.float32)


def _signed_distance(inside: Mask) -> Volume:
    """Millimetres to the edge of a mask on a 2 mm grid, positive inside."""
    within: Any = ndimage.distance_transform_edt(inside, sampling=2.0)
    without: Any = ndimage.distance_transform_edt(~inside, sampling=2.0)
    return np.asarray(within - without, dtype=np.float32)


def _brain(depth: Volume) -> Volume:
    """The brain: what lies 13 mm below the skin and above a plane from the cerebellum to the orbits."""
    _, y, z = np.indices(depth.shape) * 2.0
    floor = 64.0 + NECK_MM + np.clip(0.35 * (y - 95), 0, 37)
    smooth = ndimage.gaussian_filter(depth, 3)
    distance = -_signed_distance((smooth > 12) & (depth > 8) & (z > floor))
    return np.asarray(ndimage.gaussian_filter(distance, 1), dtype=np.float32)
