"""What a series shows of a head: its skin and its tissue, in volumes and in single slices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.candidate import unfit
from cleanroom.deface.head import BOX_MM, around_head
from cleanroom.deface.surface import CUT_VOXELS, OPENING, Points, surface
from cleanroom.isotropic import Affine, isotropic
from cleanroom.skin import body, threshold


@dataclass(frozen=True)
class Shown:
    """What a series shows: points in RAS millimetres.

    Attributes
    ----------
    skin
        On its skin.
    tissue
        In its tissue, about 2 mm apart within a slice.
    """

    skin: Points
    tissue: Points


def shown(volumes: list[tuple[NDArray[np.float32], Affine]], centre: NDArray[np.float64]) -> Shown:
    """What volumes show of the head around a centre (RAS millimetres).

    Parameters
    ----------
    volumes
        Values of shape (i, j, k) and voxel index to RAS millimetres; of thick or few slices each slice
        counts by itself.
    """
    parts = [
        _in_slices(data, affine, centre) if unfit(data.shape, affine) else _in_volume(data, affine, centre)
        for data, affine in ((np.nan_to_num(data), affine) for data, affine in volumes)
    ]
    skins, tissues = zip(*parts, strict=True) if parts else ((), ())
    nothing = np.zeros((0, 3))
    return Shown(np.concatenate([nothing, *skins]), np.concatenate([nothing, *tissues]))


def _in_volume(
    data: NDArray[np.float32], affine: Affine, centre: NDArray[np.float64]
) -> tuple[Points, Points]:
    head = around_head(isotropic(data, affine), centre)
    if not head.seen.any() or float(np.ptp(head.data)) == 0:
        return np.zeros((0, 3)), np.zeros((0, 3))
    return surface(head).points, head.points(np.argwhere(body(head.data) & head.seen).astype(np.float64))


def _in_slices(
    data: NDArray[np.float32], affine: Affine, centre: NDArray[np.float64]
) -> tuple[Points, Points]:
    """Skin and tissue of each slice by itself, about 2 mm apart."""
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    along = int(np.argmin(data.shape)) if min(data.shape) < max(data.shape) else int(np.argmax(sizes))
    planes = [axis for axis in range(3) if axis != along]
    step = [max(1, round(2.0 / float(sizes[axis]))) for axis in planes]
    if float(np.ptp(data)) == 0:
        return np.zeros((0, 3)), np.zeros((0, 3))
    edge = threshold(data)
    skins, tissues = [np.zeros((0, 3))], [np.zeros((0, 3))]
    for index in range(data.shape[along]):
        plane = ndimage.uniform_filter(np.take(data, index, axis=along), step)[:: step[0], :: step[1]]
        tissue = _largest(ndimage.binary_opening(plane > edge))
        air = ndimage.binary_dilation(_outer(~tissue), iterations=OPENING + 1) & ~tissue
        skin = tissue & ndimage.binary_dilation(air)
        skin[:CUT_VOXELS], skin[-CUT_VOXELS:] = False, False
        skin[:, :CUT_VOXELS], skin[:, -CUT_VOXELS:] = False, False
        for flags, found in ((skin, skins), (tissue, tissues)):
            voxels = np.zeros((int(flags.sum()), 3))
            voxels[:, planes], voxels[:, along] = np.argwhere(flags) * step, index
            places = voxels @ affine[:3, :3].T + affine[:3, 3]
            found.append(places[(np.abs(places - centre) < BOX_MM).all(axis=1)])
    return np.concatenate(skins), np.concatenate(tissues)


def _largest(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, count = ndimage.label(flags)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == sizes.argmax()) if count else flags


def _outer(air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The air of a slice that reaches its border, two pixels from all else."""
    core = ndimage.binary_erosion(air, iterations=OPENING, border_value=1)
    labels, _ = ndimage.label(core)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.asarray(np.isin(labels, border[border > 0]))
