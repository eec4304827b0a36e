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

from cleanroom.deface.donor import Donor
from cleanroom.deface.engines import FACE_POINTS
from cleanroom.deface.shown import Shown
from cleanroom.deface.surface import Points
from cleanroom.isotropic import Isotropic

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
