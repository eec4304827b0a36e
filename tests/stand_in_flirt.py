"""A stand-in for FSL's ``flirt``, which cannot be installed here.

It takes the options that pydeface's code gives it through nipype, and writes what FLIRT writes: the matrix in
FSL's coordinates and the volume on the grid of the reference. It registers nothing: the generated heads lie
where the template lies. So nothing that is seen with it tells anything about FLIRT.
"""

import sys
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage


def scaled(image: nibabel.Nifti1Image) -> np.ndarray:
    """Voxel index to FSL's millimetres: the first axis is turned over if the determinant is positive."""
    sizes = np.array(image.header.get_zooms()[:3])
    matrix = np.diag([*sizes, 1.0])
    if np.linalg.det(image.affine[:3, :3]) > 0:
        matrix[0, 0], matrix[0, 3] = -sizes[0], (image.shape[0] - 1) * sizes[0]
    return matrix


def main(words: list[str]) -> None:
    """As FLIRT: ``-in``, ``-ref``, ``-out``, ``-omat``, and ``-applyxfm -init`` to apply a matrix."""
    values = {word: words[place + 1] for place, word in enumerate(words[:-1]) if word.startswith("-")}
    moving, fixed = nibabel.load(values["-in"]), nibabel.load(values["-ref"])
    if "-applyxfm" in words:
        matrix = np.loadtxt(values["-init"])
    else:
        to_fixed = np.linalg.inv(fixed.affine) @ moving.affine
        matrix = scaled(fixed) @ to_fixed @ np.linalg.inv(scaled(moving))
    np.savetxt(values["-omat"], matrix)
    to_moving = np.linalg.inv(scaled(moving)) @ np.linalg.inv(matrix) @ scaled(fixed)
    data = ndimage.affine_transform(
        np.asarray(moving.dataobj, np.float32), to_moving[:3, :3], to_moving[:3, 3], fixed.shape[:3], order=1
    )
    nibabel.Nifti1Image(data, fixed.affine).to_filename(Path(values["-out"]))


if __name__ == "__main__":
    main(sys.argv[1:])
