"""The second engine: small blocks of the template looked for in the volume, and an affine map through them.

Block matching by the absolute normalised correlation, which asks nothing of the contrast but that edges lie
where edges lie, and trimmed least squares (Ourselin 2001, doi:10.1016/S0262-8856(00)00052-4; Modat 2014,
doi:10.1117/1.JMI.1.2.024003). It shares neither measure nor optimiser with the first engine.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.contrast import like_t1
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic, moved
from cleanroom.skin import body

BLOCK = 6
"""Edge of a block in voxels."""
MOST_BLOCKS = 400
SEED = 20
ALIKE = 0.5
"""A block counts when it correlates at least so well with its best place."""
KEPT = 0.5
"""Trimmed least squares: this part of the blocks decides, the others are taken for mismatches."""
LEAST_BLOCKS = 30
STIFF = 20000.0
"""How strongly a similarity is preferred to an affine map, in square millimetres: few blocks keep the
template's shape."""
RIM = 4


class Stage(NamedTuple):
    """One round of matching."""

    shrink: int
    reach: int
    """How far a block is looked for, in shrunken voxels."""
    freedom: str


PLAN = (
    Stage(2, 4, "rigid"),
    *[Stage(2, 4, "similar")] * 3,
    *[Stage(2, 3, "affine")] * 3,
    *[Stage(1, 3, "affine")] * 3,
)


class Blocks(NamedTuple):
    """Blocks of the template with most contrast."""

    grid: Isotropic
    corners: NDArray[np.intp]
    """(n, 3), voxels."""
    values: NDArray[np.float32]
    """(n, BLOCK, BLOCK, BLOCK), mean 0, norm 1."""


def matched(head: Isotropic, start: Affine) -> Affine | None:
    """Refine a pose by block matching.

    Parameters
    ----------
    head
        Isotropic RAS copy, cut to the surroundings of the head.
    start
        4x4, RAS millimetres of the volume to RAS millimetres of the template, right to about 20 mm.

    Returns
    -------
    The refined map; None when too few blocks are found.
    """
    alike = like_t1(head)
    pose = start
    for stage in PLAN:
        better = _round(alike, pose, stage)
        if better is None:
            return None
        pose = better
    return pose


@cache
def _template_blocks(shrink: int) -> Blocks:
    template = template_head()
    every = (slice(None, None, shrink),) * 3
    small = _blurred(like_t1(template).data, shrink)[every]
    near = ndimage.binary_dilation(body(template.data), iterations=RIM)[every]
    whole = [length // BLOCK for length in small.shape]
    corners = np.stack(np.meshgrid(*[BLOCK * np.arange(n) for n in whole], indexing="ij"), -1).reshape(-1, 3)
    windows = sliding_window_view(small, (BLOCK,) * 3)[tuple(corners.T)]
    inside = sliding_window_view(near, (BLOCK,) * 3)[tuple(corners.T)].all(axis=(1, 2, 3))
    contrast = np.where(inside, windows.std(axis=(1, 2, 3)), -1)
    order = np.argsort(-contrast, kind="stable")[: int(inside.sum()) // 2]
    if len(order) > MOST_BLOCKS:
        order = np.sort(np.random.default_rng(SEED).choice(order, MOST_BLOCKS, replace=False))
    values = windows[order] - windows[order].mean(axis=(1, 2, 3), keepdims=True)
    values /= np.sqrt((values**2).sum(axis=(1, 2, 3), keepdims=True))
    grid = Isotropic(small, template.origin, template.mm * shrink, near)
    return Blocks(grid, corners[order], values.astype(np.float32))


def _blurred(data: NDArray[np.float32], shrink: int) -> NDArray[np.float32]:
    return data if shrink == 1 else np.asarray(ndimage.gaussian_filter(data, shrink / 2))


def _round(head: Isotropic, pose: Affine, stage: Stage) -> Affine | None:
    """A pose that fits better; but for a rigid stage its shape does not depend on that of ``pose``."""
    blocks = _template_blocks(stage.shrink)
    laid = _laid(head, pose, blocks.grid, stage)
    edge = BLOCK + 2 * stage.reach
    around = sliding_window_view(laid, (edge,) * 3)[tuple(blocks.corners.T)]
    middle = slice(stage.reach, stage.reach + BLOCK)
    seen = np.isfinite(around[:, middle, middle, middle]).all(axis=(1, 2, 3))
    if seen.sum() < LEAST_BLOCKS:
        return None
    alike = _correlations(around[seen], blocks.values[seen])
    flat = alike.reshape(len(alike), -1)
    best = np.stack(np.unravel_index(flat.argmax(axis=1), alike.shape[1:]), -1) - stage.reach
    centres = blocks.grid.points(blocks.corners[seen] + (BLOCK - 1) / 2)
    sure = flat.max(axis=1) > ALIKE
    if sure.sum() < LEAST_BLOCKS:
        return None
    found = (centres + best * blocks.grid.mm)[sure]
    if stage.freedom == "rigid":
        return np.asarray(_trimmed(found, centres[sure], stage.freedom) @ pose)
    back = np.asarray(np.linalg.inv(pose), np.float64)
    return _trimmed(moved(found, back), centres[sure], stage.freedom)


def _laid(head: Isotropic, pose: Affine, grid: Isotropic, stage: Stage) -> NDArray[np.float32]:
    """The volume on the template's grid, wider by the reach; NaN where it shows nothing."""
    place = grid.affine
    place[:3, 3] -= grid.mm * stage.reach
    matrix = np.linalg.inv(head.affine) @ np.linalg.inv(pose) @ place
    shape = tuple(n + 2 * stage.reach for n in grid.data.shape)
    data = _blurred(head.data, stage.shrink)
    return np.asarray(
        ndimage.affine_transform(data, matrix[:3, :3], matrix[:3, 3], shape, order=1, cval=np.nan)
    )


def _correlations(around: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Absolute normalised correlation at every place, (n, places, places, places); 0 beyond the view."""
    unseen = _summed(np.isnan(around)) > 0.5
    known = np.nan_to_num(around)
    windows = sliding_window_view(known, (BLOCK,) * 3, axis=(1, 2, 3))
    product = np.einsum("nabcijk,nijk->nabc", windows, values)
    spread = _summed(known.astype(np.float64) ** 2) - _summed(known) ** 2 / BLOCK**3
    floor = 1e-3 * float(np.median(spread)) + 1e-9
    return np.where(unseen, 0.0, np.abs(product) / np.sqrt(np.maximum(spread, floor)))


def _summed(cubes: NDArray[np.generic]) -> NDArray[np.float64]:
    """Sums over all blocks in each cube."""
    sums = cubes.astype(np.float64)
    for axis in (1, 2, 3):
        sums = sliding_window_view(sums, BLOCK, axis=axis).sum(axis=-1)
    return sums


def _trimmed(source: NDArray[np.float64], target: NDArray[np.float64], freedom: str) -> Affine:
    """The map through the half of the pairs that agree best; pairs of points, (n, 3) millimetres."""
    keep = np.ones(len(source), bool)
    for _ in range(8):
        move = _through(source[keep], target[keep], freedom)
        missed = np.linalg.norm(moved(source, move) - target, axis=1)
        better = missed <= np.quantile(missed, KEPT)
        if (better == keep).all():
            break
        keep = better
    return move


def _through(source: NDArray[np.float64], target: NDArray[np.float64], freedom: str) -> Affine:
    """Least squares: rigid and similar after Umeyama 1991 (doi:10.1109/34.88573), affine close to similar."""
    mean, goal = source.mean(axis=0), target.mean(axis=0)
    arm, aim = source - mean, target - goal
    left, size, right = np.linalg.svd(np.einsum("ni,nj->ij", aim, arm))
    sign = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    turn = left * sign @ right
    linear = turn if freedom == "rigid" else turn * (size * sign).sum() / (arm**2).sum()
    if freedom == "affine":
        rest = aim - np.einsum("ij,nj->ni", linear, arm)
        normal = np.einsum("ni,nj->ij", arm, arm) + STIFF * np.eye(3)
        linear = linear + np.linalg.solve(normal, np.einsum("ni,nj->ij", arm, rest)).T
    move = np.eye(4)
    move[:3, :3] = linear
    move[:3, 3] = goal - linear @ mean
    return move
