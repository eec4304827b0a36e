"""A stand-in for FSL's ``flirt``, which no package index has.

It takes the options that pydeface's code gives it through nipype, and writes what FLIRT writes: the matrix in
FSL's coordinates and format, and the volume on the grid of the reference, blurred where that is coarser. With
the same matrix its volume is that of FLIRT 6.0, built from its source, within 0.0001. Like FLIRT it says that
an image is missing, and ends with 0. It registers nothing: the generated heads lie where the template is, so
nothing that is seen with it tells how well FLIRT registers.
"""

import sys
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage

KNOWN = {"-in", "-ref", "-out", "-omat", "-applyxfm", "-init", "-searchcost"}
"""What nipype gives it for pydeface. ``cost_func`` is ``-searchcost``: the cost itself stays FLIRT's own."""


def scaled(image: nibabel.Nifti1Image) -> np.ndarray:
    """Voxel index to FSL's millimetres: the first axis is turned over if the determinant is positive."""
    sizes = np.array(image.header.get_zooms()[:3])
    matrix = np.diag([*sizes, 1.0])
    if np.linalg.det(image.affine[:3, :3]) > 0:
        matrix[0, 0], matrix[0, 3] = -sizes[0], (image.shape[0] - 1) * sizes[0]
    return matrix


def blurred(data: np.ndarray, sizes: np.ndarray, to: float) -> np.ndarray:
    """As FLIRT's ``make_blur_mask``, from voxels of some sizes to a coarser one."""
    for axis, size in enumerate(sizes):
        sigma = 0.85 * to / size / 2
        if to / size < 1.1 or sigma < 0.5:
            continue
        count = int(sigma - 0.001) * 2 + 3
        weights = np.exp(-((np.arange(count) - count // 2) ** 2) / (4 * sigma**2))
        data = ndimage.convolve1d(data, weights / weights.sum(), axis=axis, mode="constant")
    return data


def main(words: list[str]) -> int:
    """As FLIRT: ``-in``, ``-ref``, ``-out``, ``-omat``, and ``-applyxfm -init`` to apply a matrix."""
    values = {word: words[place + 1] for place, word in enumerate(words[:-1]) if word.startswith("-")}
    unknown = values.keys() - KNOWN
    if unknown:
        print(f"Lacking argument to option {unknown.pop()}", file=sys.stderr)
        return 255
    for name in ("-in", "-ref"):
        if not Path(values[name]).exists():
            print(f"Image Exception : #63 :: No image files match: {values[name]}", file=sys.stderr)
            return 0
    moving, fixed = nibabel.load(values["-in"]), nibabel.load(values["-ref"])
    if "-applyxfm" in words:
        matrix = np.loadtxt(values["-init"])
    else:
        to_fixed = np.linalg.inv(fixed.affine) @ moving.affine
        matrix = scaled(fixed) @ to_fixed @ np.linalg.inv(scaled(moving))
    lines = ["".join(f"{value:.10g}  " for value in row) for row in matrix]
    Path(values["-omat"]).write_text("\n".join([*lines, ""]))
    to_moving = np.linalg.inv(scaled(moving)) @ np.linalg.inv(matrix) @ scaled(fixed)
    sizes = np.array(moving.header.get_zooms()[:3])
    data = blurred(np.asarray(moving.dataobj, np.float32), sizes, min(fixed.header.get_zooms()[:3]))
    data = ndimage.affine_transform(data, to_moving[:3, :3], to_moving[:3, 3], fixed.shape[:3], order=1)
    kind = moving.get_data_dtype()
    data = np.rint(data) if kind.kind in "iu" else data
    nibabel.Nifti1Image(data.astype(kind), fixed.affine).to_filename(Path(values["-out"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
