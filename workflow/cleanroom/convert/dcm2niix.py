"""Calls dcm2niix (Li et al., J Neurosci Methods 2016) and reads what it wrote."""

import subprocess
from pathlib import Path

import dcm2niix as wheel

from cleanroom.errors import SetAside

_SECONDS_AT_MOST = 3600
_RESAMPLED = ("_Eq", "_Tilt", "_cropped")


def dcm2niix(source: Path, target: Path) -> list[Path]:
    """Convert the DICOM files of one folder to ``target/<n>.nii``.

    Sidecars are not written: they repeat the identity.

    Raises
    ------
    SetAside
        When dcm2niix fails or gives nothing.
    """
    target.mkdir(parents=True, exist_ok=True)
    options = ["-z", "n", "-b", "n", "-f", "%s_%r", "-w", "2", "-o", str(target)]
    done = subprocess.run(
        [str(wheel.bin), *options, str(source)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_SECONDS_AT_MOST,
        check=False,
    )
    found = sorted(target.glob("*.nii"))
    if not found:
        raise SetAside(f"dcm2niix could not convert it (exit status {done.returncode})")
    return found


def resampled(path: Path) -> bool:
    """Whether this is one of the extra volumes that dcm2niix interpolates for tilt or uneven spacing."""
    return any(mark in path.stem for mark in _RESAMPLED)
