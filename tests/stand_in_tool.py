"""A stand-in for a de-facing tool: ``stand_in_tool.py INPUT OUTPUT BEHAVIOUR``.

It cuts the face of the generated head by its place in scanner coordinates, or goes wrong in one of the ways
in which tools have been seen to go wrong; always with the exit status that they had.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage

Volume = tuple[np.ndarray, np.ndarray]
"""Values, and voxel index to RAS millimetres."""


def main(source: Path, target: Path, behaviour: str) -> int:
    """De-face one volume; the exit status."""
    if sys.stdin.read():
        return 9
    if behaviour == "fails":
        print("** ERROR: no fit", file=sys.stderr)
        return 1
    if behaviour == "silent":
        return 0
    if behaviour == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "hangs":
        subprocess.Popen(["sleep", "600"])
        subprocess.Popen(["sleep", "600"], start_new_session=True)
        time.sleep(600)
    if behaviour == "folder":
        target.mkdir()
        target = target / "defaced.nii.gz"
    image = nibabel.load(source)
    data, affine = BEHAVIOURS[behaviour](np.asarray(image.dataobj, np.float32), image.affine)
    nibabel.Nifti1Image(data.astype(np.float32), affine).to_filename(target)
    return 0


def cuts(data: np.ndarray, affine: np.ndarray) -> Volume:
    """As it should be."""
    return np.where(cut(data.shape, affine), 0, data), affine


def wrong_side(data: np.ndarray, affine: np.ndarray) -> Volume:
    """As much at the back of the head."""
    _, y, z = places(data.shape, affine)
    return np.where((y < -50) & (z < 0), 0, data), affine


def nose_tip(data: np.ndarray, affine: np.ndarray) -> Volume:
    """Hardly anything."""
    return np.where(cut(data.shape, affine, front=104), 0, data), affine


def shifts_header(data: np.ndarray, affine: np.ndarray) -> Volume:
    """The same voxels, said to lie 12 mm farther to the front."""
    moved = affine.copy()
    moved[:3, 3] += (0, 12, 0)
    return cuts(data, affine)[0], moved


def shifts_data(data: np.ndarray, affine: np.ndarray) -> Volume:
    """Voxels four places farther on, said to lie where they were."""
    return np.roll(cuts(data, affine)[0], 4, axis=1), affine


def rescales_brain(data: np.ndarray, affine: np.ndarray) -> Volume:
    """Another brightness from slice to slice."""
    return cuts(data, affine)[0] * (1 + 0.3 * np.arange(data.shape[2]) / data.shape[2]), affine


def rescales(data: np.ndarray, affine: np.ndarray) -> Volume:
    """All values a quarter of what they were."""
    return cuts(data, affine)[0] * 0.25, affine


def reorients(data: np.ndarray, affine: np.ndarray) -> Volume:
    """The first axis turned over, and four slices fewer."""
    turn = np.diag([-1.0, 1, 1, 1])
    turn[:3, 3] = (data.shape[0] - 1, 0, 4)
    return cuts(data, affine)[0][::-1, :, 4:], affine @ turn


def refaces(data: np.ndarray, affine: np.ndarray) -> Volume:
    """Something else in place of the face."""
    other = np.roll(ndimage.gaussian_filter(data, 4), -3, axis=1)
    return np.where(cut(data.shape, affine), other, data), affine


def places(shape: tuple[int, ...], affine: np.ndarray) -> tuple[np.ndarray, ...]:
    """RAS millimetres of every voxel of a volume in standard orientation."""
    grid = np.indices(shape).reshape(3, -1)
    return tuple((affine[:3, :3] @ grid + affine[:3, 3:]).reshape(3, *shape))


def cut(shape: tuple[int, ...], affine: np.ndarray, front: float = 72) -> np.ndarray:
    """What lies before and below the brain of the generated head."""
    _, y, z = places(shape, affine)
    return ((y > front) & (z < -8)) | ((y > front - 25) & (z < -60))


BEHAVIOURS: dict[str, Callable[[np.ndarray, np.ndarray], Volume]] = {
    "folder": cuts,
    **{
        each.__name__: each
        for each in (
            cuts,
            wrong_side,
            nose_tip,
            shifts_header,
            shifts_data,
            rescales_brain,
            rescales,
            reorients,
            refaces,
        )
    },
}

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
