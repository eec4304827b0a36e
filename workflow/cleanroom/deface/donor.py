"""What a series gives to the others of its frame of reference: where its head lies, and its skin."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanroom.atomic import replacing
from cleanroom.deface.head import around_head, head_centre
from cleanroom.deface.registration import Pose
from cleanroom.deface.surface import surface
from cleanroom.isotropic import Affine, Isotropic, isotropic

STRIDE = 2
"""Of the 2 mm copy every second voxel of the distance from the skin is kept."""
STEP_MM = 0.5
"""To which the distance is rounded."""


@dataclass(frozen=True)
class Donor:
    """A series in which a face was found, so that its mask serves whatever lies in the same place.

    Attributes
    ----------
    study, series
        Pseudonyms.
    pose
        Where the template lies, in scanner coordinates (RAS millimetres).
    measures
        Those on which its decision rested.
    skin
        Signed distance from its skin, millimetres, negative inside the head; 4 mm voxels.
    """

    study: str
    series: str
    pose: Pose
    measures: dict[str, float]
    skin: Isotropic

    @classmethod
    def of(
        cls,
        place: tuple[str, str],
        pose: Pose,
        measures: dict[str, float],
        volume: tuple[NDArray[np.float32], Affine],
    ) -> "Donor":
        """From the volume that was registered: its values, shape (i, j, k), and voxel to RAS millimetres."""
        copy = isotropic(volume[0], volume[1])
        field = surface(around_head(copy, pose.from_template(head_centre()))).distance
        steps = np.clip(np.rint(field.data / STEP_MM), -127, 127)
        coarse = (slice(None, None, STRIDE),) * 3
        skin = Isotropic(
            (steps[coarse] * STEP_MM).astype(np.float32),
            field.origin,
            field.mm * STRIDE,
            np.ascontiguousarray(field.seen[coarse]),
        )
        return cls(*place, pose, measures, skin)

    @property
    def centre(self) -> NDArray[np.float64]:
        """Of the head, RAS millimetres."""
        return self.pose.from_template(head_centre())

    def save(self, path: Path, **about: object) -> None:
        """Write it, whole or not at all, with what it depends on; the same donor gives the same bytes."""
        told: dict[str, object] = {
            "study": self.study,
            "series": self.series,
            "to_template": self.pose.to_template.tolist(),
            "information": self.pose.information,
            "apart_mm": self.pose.apart_mm,
            "measures": self.measures,
            "origin": self.skin.origin.tolist(),
            "mm": self.skin.mm,
        }
        with replacing(path) as part, part.open("wb") as file:
            np.savez_compressed(
                file,
                about=np.array(json.dumps(told | about, sort_keys=True)),
                skin=np.rint(self.skin.data / STEP_MM).astype(np.int8),
                seen=np.packbits(self.skin.seen),
            )

    @classmethod
    def load(cls, path: Path) -> tuple["Donor", dict[str, Any]]:
        """Read one, and all that is told about it."""
        with np.load(path, allow_pickle=False) as file:
            told = json.loads(str(file["about"]))
            data = file["skin"].astype(np.float32) * np.float32(STEP_MM)
            seen = np.unpackbits(file["seen"], count=data.size).astype(bool).reshape(data.shape)
        pose = Pose(np.array(told["to_template"]), told["information"], told["apart_mm"])
        skin = Isotropic(data, np.array(told["origin"]), told["mm"], seen)
        return cls(told["study"], told["series"], pose, told["measures"], skin), told
