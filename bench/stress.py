"""Heads made difficult: turned, shifted, cropped, noisy, thick-sliced, inverted, scaled, padded."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.isotropic import Affine

Data = NDArray[np.float32]


class Head(NamedTuple):
    """A head in real units, and how it was moved."""

    data: Data
    affine: Affine
    modality: str
    moved: Affine
    """4x4, RAS millimetres of the untouched head to those of this one."""
    pose: Affine
    """4x4, RAS millimetres of the untouched head to the template's, as checked by eye."""

    @property
    def to_template(self) -> Affine:
        """RAS millimetres of this head to those of the template: where the face truly is."""
        return np.asarray(self.pose @ np.linalg.inv(self.moved), np.float64)

    @property
    def air(self) -> float:
        """What air measures."""
        return -1000.0 if self.modality == "CT" else 0.0


Change = Callable[[Head], Head]


def changes() -> dict[str, Change]:
    """Forty ways to make a head difficult, by name."""
    found: dict[str, Change] = {}
    for number, degrees in enumerate((15, 15, 25, 25, 35, 35, 45, 45, 60, 60)):
        found[f"turned {degrees} #{number % 2 + 1}"] = _moving(degrees, 0, number)
    for number, (degrees, mm) in enumerate(((20, 60), (30, 100), (45, 150), (60, 150))):
        found[f"turned {degrees}, shifted {mm}"] = _moving(degrees, mm, 20 + number)
    for number, mm in enumerate((75, 150)):
        found[f"shifted {mm}"] = _moving(0, mm, 30 + number)
    for name, axis, degrees in (
        ("prone", "z", 180),
        ("right side", "z", 90),
        ("left side", "z", -90),
        ("feet first", "y", 180),
    ):
        found[name] = _turning(Rotation.from_euler(axis, degrees, degrees=True).as_matrix())
    for name, crop in CROPS.items():
        found[f"cropped {name}"] = _cropping(*crop)
        found[f"cropped {name}, turned 20"] = _both(_cropping(*crop), _moving(20, 0, 40 + len(found)))
    found |= {f"noise {part:g}": _noisy(part, int(100 * part)) for part in (0.05, 0.1)}
    found |= {f"bias {part:g}": _biased(part) for part in (0.4, 0.7)}
    found |= {
        "1 x 1 x 6 mm": _coarse((1, 1, 6)),
        "6 x 1 x 1 mm": _coarse((6, 1, 1)),
        "4 mm": _coarse((4, 4, 4)),
    }
    found |= {f"scaled {scale:g}": _scaled(scale) for scale in (0.7, 0.8, 0.9, 1.1, 1.2)}
    return found | {"inverted": _inverted, "padded to 500 mm": _padded}


CROPS = {"above the mouth": (2, -88.0, 1), "below the brow": (2, 5.0, -1), "behind": (1, -30.0, 1)}
"""Axis and place of the cut in template millimetres, and which side stays: 1 the higher, -1 the lower."""


def _moving(degrees: float, mm: float, seed: int) -> Change:
    source = np.random.default_rng(seed)
    axis, way = (vector / np.linalg.norm(vector) for vector in source.normal(size=(2, 3)))
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(np.deg2rad(degrees) * axis).as_matrix()
    matrix[:3, 3] = mm * way
    return lambda head: _placed(head, matrix)


def _turning(turn: NDArray[np.float64]) -> Change:
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    return lambda head: _placed(head, matrix)


def _scaled(scale: float) -> Change:
    return lambda head: _placed(head, np.diag([scale, scale, scale, 1.0]))


def _placed(head: Head, matrix: Affine) -> Head:
    """Moved by its affine alone: no voxel is resampled."""
    return head._replace(affine=matrix @ head.affine, moved=matrix @ head.moved)


def _both(first: Change, second: Change) -> Change:
    return lambda head: second(first(head))


def _cropping(axis: int, at: float, side: int) -> Change:
    def cropped(head: Head) -> Head:
        """Cut along the stored axis that runs most nearly along the template's."""
        to_template = head.to_template @ head.affine
        stored = int(np.abs(to_template[axis, :3]).argmax())
        middle = (np.array(head.data.shape) - 1) / 2
        slope = to_template[axis, stored]
        value = to_template[axis, :3] @ middle + to_template[axis, 3]
        cut = round(float(np.clip(middle[stored] + (at - value) / slope, 0, head.data.shape[stored])))
        upper = (slope > 0) == (side > 0)
        kept = slice(cut, None) if upper else slice(None, cut)
        part = tuple(kept if number == stored else slice(None) for number in range(3))
        affine = head.affine.copy()
        if upper:
            affine[:3, 3] += affine[:3, stored] * cut
        return head._replace(data=np.ascontiguousarray(head.data[part]), affine=affine)

    return cropped


def _noisy(part: float, seed: int) -> Change:
    """Gaussian in CT; in MR of both channels of the magnitude (Rician)."""

    def noisy(head: Head) -> Head:
        source = np.random.default_rng(seed)
        top = 300.0 if head.modality == "CT" else float(np.percentile(head.data, 99))
        real = head.data + source.normal(0, part * top, head.data.shape).astype(np.float32)
        if head.modality == "CT":
            return head._replace(data=real)
        other = source.normal(0, part * top, head.data.shape).astype(np.float32)
        return head._replace(data=np.hypot(real, other).astype(np.float32))

    return noisy


def _biased(part: float) -> Change:
    """A coil near one side of the head: brighter there by ``part``, darker by as much on the other."""

    def biased(head: Head) -> Head:
        ramps = [np.linspace(-1, 1, length, dtype=np.float32) for length in head.data.shape]
        field = 1 + part * (np.add.outer(np.add.outer(ramps[0], ramps[1]), -ramps[2]) / 3 * 1.5)
        return head._replace(data=(head.data - head.air) * np.maximum(field, 0.05) + np.float32(head.air))

    return biased


def _coarse(sizes: tuple[float, float, float]) -> Change:
    """Averaged over whole voxels along the stored axes nearest to right, front and top."""

    def coarse(head: Head) -> Head:
        data, affine = head.data, head.affine
        for wanted, way in zip(sizes, range(3), strict=True):
            axis = int(np.abs(affine[way, :3]).argmax())
            size = float(np.linalg.norm(affine[:3, axis]))
            block = max(1, min(round(wanted / size), data.shape[axis] // 12))
            whole = data.shape[axis] // block * block
            data = np.moveaxis(data, axis, 0)[:whole]
            data = np.moveaxis(data.reshape(whole // block, block, *data.shape[1:]).mean(axis=1), 0, axis)
            shift = np.eye(4)
            shift[axis, axis], shift[axis, 3] = block, (block - 1) / 2
            affine = affine @ shift
        return head._replace(data=np.ascontiguousarray(data, np.float32), affine=affine)

    return coarse


def _inverted(head: Head) -> Head:
    """Dark tissue bright and bright tissue dark, air left dark; CT is not inverted."""
    if head.modality == "CT":
        return head
    top = float(np.percentile(head.data, 99))
    tissue = ndimage.gaussian_filter(head.data, 1.0) > 0.1 * top
    return head._replace(data=np.where(tissue, np.clip(1.1 * top - head.data, 0.15 * top, None), head.data))


def _padded(head: Head) -> Head:
    """Air around the head, to a field of view of 500 mm across."""
    sizes = np.linalg.norm(head.affine[:3, :3], axis=0)
    along = [int(np.abs(head.affine[way, :3]).argmax()) for way in (0, 1)]
    more = [0, 0, 0]
    for axis in along:
        more[axis] = max(0, int((500 / sizes[axis] - head.data.shape[axis]) / 2))
    source = np.random.default_rng(9)
    air = np.abs(source.normal(0, 0.01 * float(np.percentile(head.data, 99)), 1000)).astype(np.float32)
    data = np.pad(head.data, [(n, n) for n in more], constant_values=head.air)
    if head.modality != "CT":
        outside = np.pad(np.zeros(head.data.shape, bool), [(n, n) for n in more], constant_values=True)
        data[outside] = source.choice(air, int(outside.sum()))
    affine = head.affine.copy()
    affine[:3, 3] -= affine[:3, :3] @ np.array(more)
    return head._replace(data=data.astype(np.float32), affine=affine)
