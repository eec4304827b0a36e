"""How far the head of one series lies from that of another in scanner coordinates: by their skins.

The rigid motion that lays one skin onto the other's distance field, by weighted least squares, robust against
what only one of them shows (Fitzgibbon 2003, doi:10.1016/j.imavis.2003.09.004). A seventh unknown, a constant
distance, takes up that two modalities put the skin at different depths.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.deface.candidate import unfit
from cleanroom.deface.donor import Donor
from cleanroom.deface.engines import FACE_POINTS
from cleanroom.deface.head import BOX_MM, around_head
from cleanroom.deface.surface import CUT_VOXELS, OPENING, Points, surface
from cleanroom.isotropic import Affine, Isotropic, isotropic
from cleanroom.skin import body, threshold

SEED = 20
MOST_POINTS = 4000
LEAST_POINTS = 150
"""Fewer points of skin say nothing."""
NEAR_MM = 30.0
"""Skin farther from the other skin is of something else: shoulders, a table."""
REACHES_MM = (20.0, 10.0, 5.0, 5.0)
ROUNDS = 6
LIKELY_MM, LIKELY_DEGREES = 30.0, 15.0
"""How far patients move at most: holds what the skin in view cannot tell."""
MOST_MOVED_MM = 6.0
"""A head that lies farther from where the mask was found is another case."""
MOST_LEFT_MM = 3.0
"""Two skins that lie farther apart after the best motion (median) are not the same skin."""
INSIDE_MM = 6.0
MOST_OUTSIDE = 0.03
"""Where no skin is shown, this much of the tissue may lie outside the other's head."""
LEAST_TISSUE = 2000
"""Points of tissue, 2 mm apart, that have to be seen for that."""


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


@dataclass(frozen=True)
class Motion:
    """The head of a series against that of the donor.

    Attributes
    ----------
    points
        Points of skin that could be compared.
    moved_mm
        How far the face moved, mean over its points.
    left_mm
        What is left between the skins after that motion, median.
    tissue
        Points of tissue that could be compared.
    outside
        Fraction of them outside of the donor's head.
    """

    points: int
    moved_mm: float
    left_mm: float
    tissue: int
    outside: float

    @property
    def skin_is_shown(self) -> bool:
        """Whether the series shows the donor's skin."""
        return self.points >= LEAST_POINTS and self.left_mm <= MOST_LEFT_MM

    @property
    def in_place(self) -> bool:
        """Whether the head lies where the donor's lies; of a series without skin, whether its tissue does."""
        if self.skin_is_shown:
            return self.moved_mm <= MOST_MOVED_MM
        near = self.points < LEAST_POINTS or self.moved_mm <= 2 * MOST_MOVED_MM
        return near and self.tissue >= LEAST_TISSUE and self.outside <= MOST_OUTSIDE

    @property
    def margin_mm(self) -> float:
        """By how much a mask from the donor has to be wider here."""
        return self.moved_mm if self.skin_is_shown else MOST_MOVED_MM

    def told(self) -> str:
        """In words, for the report."""
        if self.skin_is_shown:
            return f"its skin lies {self.moved_mm:.1f} mm from that of the series"
        if self.tissue >= LEAST_TISSUE:
            return f"{100 * self.outside:.0f} % of its tissue lie outside the head of the series"
        return "it shows too little of the head to compare"

    def rounded(self) -> dict[str, float]:
        """For the record."""
        return {
            "skin_points": float(self.points),
            "moved_mm": round(self.moved_mm, 2),
            "left_mm": round(self.left_mm, 2),
            "outside": round(self.outside, 4),
        }


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


def motion(there: Shown, donor: Donor) -> Motion:
    """How far what a series shows lies from the head of the donor."""
    tissue = _some(there.tissue)
    away, _, seen = _at(donor.skin, tissue)
    outside = float((away[seen] > INSIDE_MM).mean()) if seen.any() else 1.0
    points = _some(there.skin)
    near, _, within = _at(donor.skin, points)
    points = points[within & (np.abs(near) < NEAR_MM)]
    counted = int(seen.sum() * len(there.tissue) / max(1, len(tissue)))
    if len(points) < LEAST_POINTS:
        return Motion(len(points), 0.0, NEAR_MM, counted, outside)
    turn, shift, depth = _laid(points, donor)
    moved = _moved(points, turn, shift, donor.centre)
    away, _, seen = _at(donor.skin, moved)
    left = float(np.median(np.abs(away[seen] - depth))) if seen.any() else NEAR_MM
    back = np.linalg.inv(donor.pose.to_template)
    face = FACE_POINTS @ back[:3, :3].T + back[:3, 3]
    far = np.linalg.norm(_moved(face, turn, shift, donor.centre) - face, axis=1).mean()
    return Motion(len(points), float(far), left, counted, outside)


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


def _some(points: Points) -> Points:
    if len(points) <= MOST_POINTS:
        return points
    return points[np.random.default_rng(SEED).choice(len(points), MOST_POINTS, replace=False)]


def _at(
    skin: Isotropic, points: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Signed distance of points from the donor's skin, its gradient, and which the donor has in view."""
    place = ((points - skin.origin) / skin.mm).T
    shape = np.array(skin.data.shape)[:, None]
    seen = ((place >= 0) & (place <= shape - 1)).all(axis=0)
    nearest = np.clip(np.rint(place).astype(np.intp), 0, shape - 1)
    seen &= skin.seen[tuple(nearest)]
    away = ndimage.map_coordinates(skin.data, place, order=1, mode="nearest").astype(np.float64)
    slope = np.empty((len(points), 3))
    for axis in range(3):
        step = np.zeros((3, 1))
        step[axis] = 0.5
        ahead, behind = (
            ndimage.map_coordinates(skin.data, place + sign * step, order=1, mode="nearest")
            for sign in (1, -1)
        )
        slope[:, axis] = (ahead - behind) / skin.mm
    return away, slope, seen


def _laid(points: Points, donor: Donor) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Rotation about the head's centre, shift in millimetres, and depth that lay points onto the skin."""
    turn, shift, depth = np.eye(3), np.zeros(3), 0.0
    held = np.array([LIKELY_MM] * 3 + [np.deg2rad(LIKELY_DEGREES)] * 3 + [LIKELY_MM]) ** -2.0
    for reach in REACHES_MM:
        for _ in range(ROUNDS):
            moved = _moved(points, turn, shift, donor.centre)
            away, slope, seen = _at(donor.skin, moved)
            rest = away - depth
            weight = np.where(seen, 1 / (1 + (rest / reach) ** 2) ** 2, 0.0)
            change = np.column_stack(
                [slope, np.cross(moved - donor.centre - shift, slope), -np.ones(len(points))]
            )
            # einsum, not @: BLAS adds up in another order with every number of threads
            normal = np.einsum("ni,n,nj->ij", change, weight, change)
            now = np.concatenate([shift, Rotation.from_matrix(turn).as_rotvec(), [depth]])
            pull = np.einsum("ni,n,n->i", change, weight, rest) + reach**2 * held * now
            step = -np.linalg.solve(normal + np.diag(reach**2 * held), pull)
            turn = Rotation.from_rotvec(np.clip(step[3:6], -0.2, 0.2)).as_matrix() @ turn
            shift = shift + np.clip(step[:3], -20, 20)
            depth += float(np.clip(step[6], -10, 10))
    return turn, shift, depth


def _moved(
    points: Points, turn: NDArray[np.float64], shift: NDArray[np.float64], centre: NDArray[np.float64]
) -> Points:
    return np.asarray(np.einsum("ij,nj->ni", turn, points - centre) + centre + shift)
