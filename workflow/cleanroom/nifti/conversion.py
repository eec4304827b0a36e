"""The volumes that dcm2niix makes of the released instances of a series, with their sidecars."""

import json
import math
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleanroom.convert.dcm2niix import call
from cleanroom.convert.placing import place
from cleanroom.errors import SetAside
from cleanroom.verify.geometry import SECONDS

_RESAMPLED = re.compile(r"(?:_Tilt|_Eq)+(?:_\d+)?$")

_RGB = (128).to_bytes(2, "little")
"""NIFTI_TYPE_RGB24, where the header says the type of the voxels."""


@dataclass(frozen=True)
class Output:
    """One NIfTI file of dcm2niix, as it wrote it."""

    path: Path
    sidecar: dict[str, Any] = field(default_factory=dict)
    resampled: str = ""
    """``eq`` or ``tilt``: interpolated for even spacing, or against a gantry's tilt."""
    uneven: bool = False
    """A resampled one lies beside it: the affine is not right for all slices of this one."""

    @property
    def coloured(self) -> bool:
        """Whether its voxels are colours."""
        with self.path.open("rb") as file:
            return file.read(72)[70:] == _RGB

    def beside(self, kind: str) -> Path | None:
        """The ``bval`` or ``bvec`` file, if there is one."""
        path = self.path.with_suffix(f".{kind}")
        return path if path.is_file() and not self.resampled else None


def convert(instances: list[Path], scratch: Path) -> list[Output]:
    """Run dcm2niix on released instances.

    Parameters
    ----------
    instances
        Files of one series, as they are released.
    scratch
        An empty folder.

    Returns
    -------
    list of Output
        Sorted by file name. Sidecars hold everything that dcm2niix says, of the released headers.

    Raises
    ------
    SetAside
        When dcm2niix does not end in time.
    """
    source, target = scratch / "dicom", scratch / "nifti"
    source.mkdir()
    for path in instances:
        place((path.parent, path.name, ""), path.stem, source, scratch)
    paths = [path for part in sorted(source.iterdir()) for path in _run(part, target / part.name)]
    origins = {
        path.with_stem(_RESAMPLED.sub("", path.stem)) for path in paths if _RESAMPLED.search(path.stem)
    }
    return [_output(path, origins) for path in paths]


def _run(source: Path, target: Path) -> list[Path]:
    target.mkdir(parents=True)
    try:
        call(source, target, "-b", "y", "-ba", "n", "-z", "n", "-f", "v", seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise SetAside("dcm2niix did not end on the released series") from None
    return sorted(target.glob("*.nii"))


def _output(path: Path, origins: set[Path]) -> Output:
    made = _RESAMPLED.search(path.stem)
    origin = path.with_name(f"{_RESAMPLED.sub('', path.stem)}.json")
    how = "" if not made else "tilt" if "_Tilt" in made[0] else "eq"
    return Output(path, _sidecar(origin), how, not made and path in origins)


def _sidecar(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8", errors="replace"), strict=False)
    return {key: value for key, value in found.items() if _finite(value)}


def _finite(value: object) -> bool:
    if isinstance(value, list):
        return all(_finite(item) for item in value)
    return not isinstance(value, float) or math.isfinite(value)
