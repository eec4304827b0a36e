"""Calls dcm2niix (Li et al., J Neurosci Methods 2016) and reads what it wrote."""

import subprocess
from pathlib import Path

import dcm2niix as wheel

from cleanroom import killed
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
    status = call(source, target, "-z", "n", "-b", "n", "-f", "%s_%r", "-w", "2", seconds=_SECONDS_AT_MOST)
    found = sorted(target.glob("*.nii"))
    if not found:
        raise SetAside(f"dcm2niix could not convert it (exit status {status})")
    return found


def call(source: Path, target: Path, *options: str, seconds: float) -> int:
    """Run dcm2niix on a folder; its exit status. What it says is not kept: it could be without end.

    Raises
    ------
    subprocess.TimeoutExpired
        When it does not end in time.
    Killed
        When it was killed: what it has written may be half a volume.
    """
    command = [str(wheel.bin), *options, "-o", str(target), str(source)]
    silent = subprocess.DEVNULL
    done = subprocess.run(command, stdout=silent, stderr=silent, timeout=seconds, check=False)
    killed.check("dcm2niix", done.returncode)
    return done.returncode


def resampled(path: Path) -> bool:
    """Whether this is one of the extra volumes that dcm2niix interpolates for tilt or uneven spacing."""
    return any(mark in path.stem for mark in _RESAMPLED)
