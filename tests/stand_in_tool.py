"""A stand-in for a de-facing tool: ``stand_in_tool.py INPUT OUTPUT BEHAVIOUR``.

It cuts a face as the tools do, by the place of the generated head in scanner coordinates, or goes wrong in one of
the ways in which tools have been seen to go wrong; always with the exit status that they had.
"""

import subprocess
import sys
import time
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage


def main(source: Path, target: Path, behaviour: str) -> int:
    """De-face one volume; the exit status."""
    image = nibabel.load(source)
    data, affine = np.asarray(image.dataobj, np.float32), image.affine
    if sys.stdin.read():
        return 9
    face = cut(data.shape, affine)
    removed = np.where(face, np.float32(0), data)
    if behaviour == "fails":
        print("** ERROR: no fit", file=sys.stderr)
        return 1
    if behaviour == "silent":
        return 0
    if behaviour == "hangs":
        subprocess.Popen(["sleep", "600"])
        time.sleep(600)
    if behaviour == "wrong_side":
        removed = np.where(back(data.shape, affine), np.float32(0), data)
    if behaviour == "nose_tip":
        removed = np.where(cut(data.shape, affine, front=104), np.float32(0), data)
    if behaviour == "shifts_header":
        affine = affine.copy()
        affine[:3, 3] += (0, 12, 0)
    if behaviour == "shifts_data":
        removed = np.roll(removed, 4, axis=1)
    if behaviour == "rescales_brain":
        removed = np.where(face, removed, removed * (1 + 0.3 * np.arange(data.shape[2]) / data.shape[2]))
    if behaviour == "rescales":
        removed = removed * np.float32(0.25)
    if behaviour == "reorients":
        image = nibabel.as_closest_canonical(
            nibabel.Nifti1Image(removed[::-1, :, 4:], flipped(affine, data.shape))
        )
        nibabel.save(image, target)
        return 0
    if behaviour == "folder":
        target.mkdir()
        target = target / "defaced.nii.gz"
    if behaviour == "refaces":
        smooth = ndimage.gaussian_filter(data, 4)
        removed = np.where(face, np.roll(smooth, -3, axis=1), data)
    nibabel.Nifti1Image(removed.astype(np.float32), affine).to_filename(target)
    return 0


def places(shape: tuple[int, ...], affine: np.ndarray) -> tuple[np.ndarray, ...]:
    """RAS millimetres of every voxel of a volume in standard orientation."""
    grid = np.indices(shape).reshape(3, -1)
    return tuple((affine[:3, :3] @ grid + affine[:3, 3:]).reshape(3, *shape))


def cut(shape: tuple[int, ...], affine: np.ndarray, front: float = 72) -> np.ndarray:
    """What lies before and below the brain of the generated head."""
    _, y, z = places(shape, affine)
    return ((y > front) & (z < -8)) | ((y > front - 25) & (z < -60))


def back(shape: tuple[int, ...], affine: np.ndarray) -> np.ndarray:
    """As much at the back of the head."""
    _, y, z = places(shape, affine)
    return (y < -50) & (z < 0)


def flipped(affine: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Of a volume whose first axis was turned over and which begins four slices later."""
    turn = np.diag([-1.0, 1, 1, 1])
    turn[:3, 3] = (shape[0] - 1, 0, 4)
    return affine @ turn


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
