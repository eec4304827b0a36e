"""The faces that were removed in a study, asked for points: the gate's own reading of masks and volumes."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom import skin
from cleanroom.records import FaceRecord, SeriesFace, VolumeRecord
from cleanroom.study import Study
from cleanroom.verify import masks
from cleanroom.verify.face import MODALITIES
from cleanroom.verify.masks import Mask
from cleanroom.verify.placement import Vector

Flags = NDArray[np.bool_]
SETTLED = frozenset(("no_face", "not_applicable"))
_OUTWARD_MM = np.arange(5.0, 65.0, 2.0)
_INWARD_MM = np.arange(1.0, 7.0)
_AROUND_MM = np.arange(-24.0, 32.5, 1.0)


@dataclass(frozen=True)
class Removed:
    """The masks of one series, and its volumes as they were.

    Attributes
    ----------
    masks
        In the grids of the volumes.
    volumes
        NIfTI files.
    """

    masks: list[Mask]
    volumes: list[Path]

    def inside(self, points: Vector, near_mm: float = 0.0) -> Flags:
        """Which points, (n, 3) RAS millimetres, lie in a mask, or about ``near_mm`` from it."""
        found = self._holds(points)
        for step in product(np.arange(-near_mm, near_mm + 0.1, 1.25), repeat=3):
            if 0 < np.linalg.norm(step) <= near_mm:
                found[~found] = self._holds(points[~found] + np.array(step))
        return found

    def on_skin(self, points: Vector) -> Flags:
        """Which points have the patient behind them and nothing but air before them, seen from the middle."""
        found = np.zeros(len(points), bool)
        for data, to_voxel, middle in self._scans:
            ray = points - middle
            ray[:, 2] = 0
            ray /= np.maximum(np.linalg.norm(ray, axis=1, keepdims=True), 1e-6)
            free = ~_any(data, to_voxel, [points + ray * step for step in _OUTWARD_MM])
            found |= free & _any(data, to_voxel, [points - ray * step for step in _INWARD_MM])
        return found

    def depth(self, points: Vector) -> NDArray[np.float64]:
        """How deep points lie below where the patient ends, millimetres along a ray from the middle.

        Negative in the air before the patient; infinite where the ray meets none.
        """
        found = np.full(len(points), np.inf)
        for data, to_voxel, middle in self._scans:
            ray = points - middle
            ray[:, 2] = 0
            ray /= np.maximum(np.linalg.norm(ray, axis=1, keepdims=True), 1e-6)
            tissue = np.stack([_looked_up(data, to_voxel, points + ray * step) for step in _AROUND_MM])
            last = _AROUND_MM[len(_AROUND_MM) - 1 - tissue[::-1].argmax(axis=0)]
            found = np.where(tissue.any(axis=0) & ~tissue[-1], np.minimum(found, last), found)
        return found

    def _holds(self, points: Vector) -> Flags:
        found = [_looked_up(mask.inside, mask.to_voxel, points) for mask in self.masks]
        return np.asarray(np.logical_or.reduce([np.zeros(len(points), bool), *found]))

    @cached_property
    def _scans(self) -> list[tuple[Flags, Vector, Vector]]:
        """Of each volume: where tissue is, RAS to voxel, and the middle of the tissue."""
        found = []
        for path in self.volumes:
            image = nibabel.load(path)
            if image.get_data_dtype().fields is not None:
                continue
            data = np.asarray(image.dataobj, np.float32)
            first = data.reshape(*data.shape[:3], -1)[..., 0]
            tissue = first > skin.threshold(first)
            sums = [tissue.sum(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)]
            voxel = np.array([np.average(np.arange(len(row)), weights=row + 1e-9) for row in sums])
            middle = image.affine[:3, :3] @ voxel + image.affine[:3, 3]
            found.append((tissue, np.linalg.inv(image.affine), middle))
        return found


@dataclass(frozen=True)
class Heads:
    """What was decided about the heads of a study."""

    study: Study
    faces: dict[str, SeriesFace]
    removed: dict[str, Removed]

    @classmethod
    def of(cls, study: Study) -> "Heads":
        """Those of a study: every series, set aside or not."""
        faces = FaceRecord.load(study.record_path("deface")).series
        volumes = VolumeRecord.load(study.record_path("convert")).series
        removed = {}
        for name, face in faces.items():
            if face.decision == "face" and face.tool != "none" and face.masks:
                known = [volume for volume in volumes.get(name, []) if volume.role != "uneven"]
                paths = [study.work / volume.file for volume in known]
                removed[name] = Removed(masks.load(study.work, known, face), paths)
        return cls(study, faces, removed)

    def series(self, frame: str, named: frozenset[str]) -> tuple[set[str], set[str]]:
        """The image series that a structure set names, and those of its frame of reference."""
        rows = [row for row in self.study.instances if row.frames and row.modality in MODALITIES]
        referred = {row.series for row in rows if {row.series_instance_uid, row.sop_instance_uid} & named}
        return referred, {row.series for row in rows if frame and row.frame_of_reference_uid == frame}

    def uncertain(self, series: set[str]) -> bool:
        """Whether a face may be in one of these series that no mask covers."""
        for name in series:
            face = self.faces.get(name)
            kept = face is not None and (face.tool == "none" or face.decision in SETTLED)
            if (not kept and name not in self.removed) or (face is not None and face.already):
                return True
        return not series


def _any(tissue: Flags, to_voxel: Vector, places: list[Vector]) -> Flags:
    return np.asarray(np.logical_or.reduce([_looked_up(tissue, to_voxel, place) for place in places]))


def _looked_up(values: Flags, to_voxel: Vector, points: Vector) -> Flags:
    voxel = np.rint(points @ to_voxel[:3, :3].T + to_voxel[:3, 3]).astype(np.intp)
    within = ((voxel >= 0) & (voxel < values.shape)).all(axis=1)
    found = np.zeros(len(points), bool)
    found[within] = values[tuple(voxel[within].T)]
    return found
