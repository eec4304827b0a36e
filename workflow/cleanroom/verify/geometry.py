"""Check 3: a released series converts to the same geometry as the original."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.convert.dcm2niix import call
from cleanroom.convert.placing import place
from cleanroom.errors import SetAside
from cleanroom.records import Volume
from cleanroom.verify.subject import Series

TOLERANCE = 1e-3
"""Millimetres, in every entry of the affine."""
SECONDS = 1800


@dataclass(frozen=True)
class Converted:
    """One NIfTI file that dcm2niix makes of a released series."""

    path: Path
    shape: tuple[int, ...]
    affine: NDArray[np.float64]
    """4x4, voxel index to RAS millimetres."""

    def same(self, volume: Volume) -> bool:
        """Whether it has the shape and the affine of a volume of the original."""
        return list(self.shape) == volume.shape and np.allclose(
            self.affine, np.array(volume.as_converted or volume.affine), rtol=0, atol=TOLERANCE
        )


def convert(folder: Path, target: Path) -> list[Converted]:
    """Run dcm2niix on each folder in a folder, without sidecars and compression.

    Raises
    ------
    SetAside
        When it does not end in time. Its exit status says little: what counts is what it wrote.
    """
    found = []
    for part in sorted(folder.iterdir()):
        into = target / part.name
        into.mkdir(parents=True)
        try:
            call(part, into, "-b", "n", "-z", "n", "-f", "v", seconds=SECONDS)
        except subprocess.TimeoutExpired:
            raise SetAside("dcm2niix did not end on what would be released") from None
        for path in sorted(into.glob("*.nii")):
            image = nibabel.load(path)
            found.append(Converted(path, image.shape, np.array(image.affine)))
    return found


def released(series: Series, scratch: Path) -> list[Converted]:
    """The volumes of what would be released of a series."""
    folder = scratch / "released"
    folder.mkdir()
    encoded = series.study.work / "encoded"
    for row in series.rows:
        path = encoded / series.released_name(row.number)
        if row.frames and path.is_file():
            place((path.parent, path.name, row.transfer_syntax_uid), row.number, folder, scratch)
    return convert(folder, scratch / "after")


def expected(series: Series, scratch: Path) -> list[Volume]:
    """The volumes of the originals.

    When a step set aside single instances after the conversion, the originals of the others are
    converted again.
    """
    if len(series.rows) == len(series.study.series("convert").get(series.pseudonym, series.rows)):
        return series.volumes
    folder = scratch / "originals"
    folder.mkdir()
    for row in series.rows:
        if row.frames:
            file = (series.study.config.input, row.path, row.transfer_syntax_uid)
            place(file, row.number, folder, scratch)
    again = convert(folder, scratch / "before")
    return [
        Volume(file=str(volume.path), shape=list(volume.shape), affine=volume.affine.tolist())
        for volume in again
    ]


def findings(volumes: list[Volume], converted: list[Converted]) -> list[str]:
    """How the converted volumes differ from those of the originals, in number, shape or affine."""
    if len(converted) != len(volumes):
        return [f"dcm2niix makes {len(converted)} volumes of it, and {len(volumes)} of the original"]
    left = list(converted)
    found = []
    for volume in volumes:
        match = next((candidate for candidate in left if candidate.same(volume)), None)
        if match is not None:
            left.remove(match)
        elif any(list(candidate.shape) == volume.shape for candidate in left):
            found.append("a volume has another affine than that of the original")
        else:
            found.append("a volume has another shape than that of the original")
    return found
