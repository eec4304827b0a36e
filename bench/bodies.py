"""Generated bodies: a trunk with arms on a table, a water phantom, a knee; and real heads set on a trunk.

``python -m bench.bodies`` judges whole bodies, supine, prone, on the side and feet first.
"""

import sys

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bench.stress import Head, changes
from cleanroom.isotropic import Affine

AIR, TISSUE, FAT, BONE, LUNG = -1000.0, 40.0, -100.0, 400.0, -750.0
Data = NDArray[np.float32]


def trunk(length_mm: float, mm: float = 3.0, arms: bool = True, table: bool = True) -> tuple[Data, Affine]:
    """Hounsfield units of a lying trunk: fat, muscle, spine, lungs above, arms beside it and a table below.

    RAS millimetres; its upper end is at 0.
    """
    shape = (round(500 / mm), round(320 / mm), round(length_mm / mm))
    affine = np.diag([mm, mm, mm, 1.0])
    affine[:3, 3] = [-250, -160, -length_mm]
    x, y, z = (
        start + mm * grid
        for start, grid in zip(affine[:3, 3], np.ogrid[tuple(map(slice, shape))], strict=True)
    )
    neck = np.clip(-z / 120, 0, 1)
    wide, deep = 60 + 115 * np.sqrt(neck), 60 + 50 * np.sqrt(neck)
    data = np.full(shape, AIR, np.float32)
    around = (x / wide) ** 2 + (y / deep) ** 2
    data[around < 1] = FAT
    data[around < 0.8] = TISSUE
    for side in (-1, 1):
        lung = ((x - side * 75) / 55) ** 2 + (y / 70) ** 2 + ((z + 230) / 120) ** 2 < 1
        data[lung] = LUNG
    data[np.broadcast_to((x / 22) ** 2 + ((y + 55) / 22) ** 2 < 1, shape)] = BONE
    if arms:
        for side in (-1, 1):
            arm = ((x - side * 215) / 32) ** 2 + ((y + 30) / 38) ** 2
            data[(arm < 1) & (z < -90)] = FAT
            data[(arm < 0.7) & (z < -90)] = TISSUE
            data[(arm < 0.1) & (z < -90)] = BONE
    if table:
        data[np.broadcast_to((y > -135) & (y < -125) & (np.abs(x) < 210), shape)] = -100.0
    return data, affine


def abdomen() -> tuple[Data, Affine]:
    """The lower part of a trunk without arms: below the lungs."""
    data, affine = trunk(700, arms=False)
    return data[:, :, : round(300 / 3)], affine


def water_phantom(modality: str) -> tuple[Data, Affine]:
    """A bottle of 200 mm with water, in air, with noise."""
    x, y, z = np.indices((90, 90, 90)).astype(np.float32) * 3 - 133.5
    inside = (x**2 + y**2 < 95**2) & (np.abs(z) < 100)
    shell = (x**2 + y**2 < 99**2) & (np.abs(z) < 104) & ~inside
    noise = np.random.default_rng(3).normal(0, 1, inside.shape)
    if modality == "CT":
        values = np.where(inside, 0.0, np.where(shell, 120.0, AIR)) + 10 * noise
    else:
        values = np.abs(np.where(inside, 800.0, 0.0) + 12 * noise)
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    affine[:3, 3] = -133.5
    return ndimage.gaussian_filter(values, 0.4).astype(np.float32), affine


def knee() -> tuple[Data, Affine]:
    """A T1-weighted knee, bent a little, cut by the field of view at both ends."""
    shape, mm = (80, 80, 80), 2.0
    x, y, z = np.indices(shape).astype(np.float32) * mm - mm * 39.5
    y = y - 0.004 * z**2
    noise = np.random.default_rng(4).normal(0, 8, shape)
    around = (x / 62) ** 2 + (y / 66) ** 2
    bone = ((x / 38) ** 2 + (y / 34) ** 2 < 1) & (np.abs(z) > 4)
    cap = (x / 20) ** 2 + ((y - 50) / 9) ** 2 + (z / 22) ** 2 < 1
    values = np.where(around < 1, 420.0, 0.0)
    values[around < 0.78] = 160.0
    values[bone | cap] = 330.0
    affine = np.diag([mm, mm, mm, 1.0])
    return np.abs(values + noise).astype(np.float32), affine


def whole_body(head: Head, mm: float = 3.0, length_mm: float = 1000.0) -> Head:
    """A real head set on a generated trunk, in its modality's units; where its own neck ends is covered.

    Parameters
    ----------
    head
        As it was scanned, upright.
    mm
        Of the new voxels.
    length_mm
        From the vertex to the feet end.
    """
    data, affine = trunk(length_mm, mm)
    if head.modality != "CT":
        top = float(np.percentile(head.data, 95))
        data = np.interp(data, (AIR, LUNG, FAT, TISSUE, BONE), (0, 0.05, 1.0, 0.5, 0.3)).astype(np.float32)
        data *= top
    chin = np.linalg.inv(head.to_template) @ np.array([-1.0, 40.0, -150.0, 1.0])
    shift = np.eye(4)
    shift[:3, 3] = chin[:3]
    affine = shift @ affine
    more = round(260 / mm)
    data = np.pad(data, ((0, 0), (0, 0), (0, more)), constant_values=head.air)
    index = np.linalg.inv(head.affine) @ affine
    sigma = [max(0.0, mm / size - 1) / 2 for size in np.linalg.norm(head.affine[:3, :3], axis=0)]
    smooth = ndimage.gaussian_filter(head.data, sigma)
    laid = ndimage.affine_transform(smooth, index[:3, :3], index[:3, 3], data.shape, order=1, cval=head.air)
    both = np.maximum(data, laid)
    return head._replace(data=both.astype(np.float32), affine=affine)


def like_pet(head: Head) -> Head:
    """As a tracer shows it: the skin faint, the brain bright, blurred to 6 mm, noisy; never negative."""
    low = head.air
    level = np.clip((head.data - low) / (float(np.percentile(head.data, 99)) - low + 1e-6), 0, 1)
    tissue = ndimage.gaussian_filter(level, 2.5 / np.linalg.norm(head.affine[:3, :3], axis=0))
    inside = ndimage.distance_transform_edt(
        tissue > 0.2, sampling=np.linalg.norm(head.affine[:3, :3], axis=0)
    )
    uptake = tissue * (0.3 + np.clip((inside - 14) / 10, 0, 1))
    noise = np.random.default_rng(7).normal(0, 0.02, uptake.shape)
    return head._replace(data=(1e4 * np.maximum(0, uptake + noise)).astype(np.float32), modality="PT")


LYING = ("", "prone", "right side", "feet first")
WHOLE = (("phantom_ct", "CT"), ("trio", "MR"), ("philips", "PT"))
"""A head, and as what its body is drawn."""


def main() -> int:
    """Judge and print them one by one."""
    from bench.faces import judging, untouched, verdict  # noqa: PLC0415 - tests take bodies without real heads
    from cleanroom.deface.judgement import judged  # noqa: PLC0415
    from cleanroom.deface.measures import Measures  # noqa: PLC0415

    for name, modality in WHOLE:
        drawn = like_pet(untouched(name)) if modality == "PT" else untouched(name)
        body = whole_body(drawn, 4.0 if modality == "PT" else 3.0)
        for way in LYING:
            row = judging(changes()[way](body) if way else body)
            print(f"{modality} {name:11} {way or 'supine':11} {verdict(row):10}", end="")
            print(
                f"{row['removed']:7.1%} of the skin, {row['brain']} of the brain, {row['seconds']:.0f} CPU s"
            )
            print(f"    {row['unfit'] or judged(Measures(**row['measures']))}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
