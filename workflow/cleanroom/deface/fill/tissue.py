"""What lies under the new skin and around it: values as they are elsewhere in the same image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanroom.deface.fill.average import Field, table
from cleanroom.deface.fill.place import Flags, Place, smoothed

BLEND_MM = 4.0
"""Over about this the new tissue takes on the values that stay beside it."""
COVER_MM = (5.0, 10.0)
"""To the first depth there is skin, fat or muscle, below the second also air and bone."""
SOFT_HU = (-100.0, 60.0)
SHELL_MM = (-14.0, -3.0)
"""Depth below the average head's skin of the tissue that tells what fat, muscle and bone look like."""
FACE_Z, FACE_Y = -50.0, 0.0
"""Below and in front of this, template millimetres, all tissue does: there is no brain."""
AIR_MM = 8.0
"""Nearer to the skin there may be a blurred edge or a headphone."""
BINS = 8
ENDS = (0.02, 0.98)
"""The darkest and the brightest kind of tissue hold these quantiles of what stays."""
LEAST = 200
"""Voxels from which a curve can be learned."""
MOST_AIR = 99.0
"""Percentile of the air's values above which there are ghosts and coils."""
FLAT, FLAT_KEEPS = 25.0, 0.4506
"""This percentile of the differences of neighbours is noise more than anatomy; of normally distributed values
with a standard deviation of 1 it is 0.4506."""
RAYLEIGH = 0.655
"""The standard deviation of air in a magnitude image, of the noise's own (Gudbjartsson 1995, MRM 34:910)."""


@dataclass(frozen=True)
class Air:
    """The values of air in an image.

    Attributes
    ----------
    values
        What was found, sorted; one value where there is none to look at.
    """

    values: Field

    def drawn(self, count: int, random: np.random.Generator) -> Field:
        """So many values of the image's own distribution, in random order."""
        return self.values[random.integers(0, len(self.values), count)]


def air(place: Place, time: int, nothing: float) -> Air:
    """The air that stays, away from the skin; ``nothing`` where the volume shows none."""
    away = place.stays & (place.skin > AIR_MM)
    values = _native(place, time, away)
    if len(values) < LEAST:
        return Air(np.array([nothing], np.float32))
    values = np.sort(values)
    return Air(values[: max(1, int(len(values) * MOST_AIR / 100))])


def roughness(place: Place, time: int, around: Air) -> float:
    """The standard deviation of the noise in tissue: from flat places, no more than air suggests."""
    values = place.data[..., time]
    tissue = _native(place, time, place.stays & (place.skin < SHELL_MM[1]))
    if len(tissue) < LEAST:
        return 0.0
    inside = ~place.mask & (values > np.median(tissue))
    steps = np.abs(values[1:] - values[:-1])[inside[1:] & inside[:-1]]
    if len(steps) < LEAST:
        return 0.0
    flat = float(np.percentile(steps, FLAT) / FLAT_KEEPS)
    spread = float(around.values.std()) / RAYLEIGH
    return min(flat, spread) if spread > 0 else flat


def average_tissue(place: Place, time: int, modality: str, skin: Field) -> Field:
    """The average head's tissue under a skin, in the units of this image, on the grid of the copy."""
    tissue = place.average_tissue
    if modality == "CT":
        known = table("hounsfield.tsv")
        values = np.interp(tissue, known[:, 0], known[:, 1])
        soft = np.clip(values, *SOFT_HU)
    else:
        known, middle = _learned(place, time, tissue)
        values = np.interp(tissue, known[:, 0], known[:, 1])
        soft = np.maximum(values, middle)
    deep = np.clip((-skin - COVER_MM[0]) / (COVER_MM[1] - COVER_MM[0]), 0, 1)
    return np.asarray(soft + deep * (values - soft), np.float32)


def _learned(place: Place, time: int, tissue: Field) -> tuple[NDArray[np.float64], float]:
    """The curve from the average head's values to those of this image, (n, 2), and the middle of the latter.

    Which kind of tissue is brighter is learned from where both heads show the same; how bright the kinds are,
    from the histogram of what stays.
    """
    alike = _alike(place)
    there, here = tissue[alike], place.frame(time)[alike]
    if len(there) < LEAST:
        inside = place.body & place.stays
        middle = float(np.median(place.frame(time)[inside])) if inside.any() else 0.0
        return np.array([[0.0, middle]]), middle
    borders = np.quantile(there, np.linspace(0, 1, BINS + 1))
    kind = np.clip(np.searchsorted(borders, there, side="right") - 1, 0, BINS - 1)
    bins = [kind == at for at in range(BINS) if (kind == at).any()]
    knots = np.array([(np.median(there[one]), np.median(here[one])) for one in bins])
    order = np.argsort(np.argsort(knots[:, 1], kind="stable"), kind="stable")
    knots[:, 1] = np.quantile(here, np.interp(order, (0, max(1, len(order) - 1)), ENDS))
    return knots, float(np.median(here))


def blended(place: Place, time: int, tissue: Field) -> Field:
    """Let new tissue take on the values beside it where the mask ends; only what stays decides how."""
    apart = (place.frame(time) - tissue) * (place.stays & (place.skin < 0))
    apart = smoothed(place.beside(apart.astype(np.float32)), place.copy.mm, place.copy.mm / 2)
    return np.asarray(tissue + apart * np.exp(-((place.within_mm / np.float32(BLEND_MM)) ** 2)))


def _alike(place: Place) -> Flags:
    """Tissue that stays and lies as deep under the skin as that of the face."""
    depth = place.average_skin
    i, j, k = np.ogrid[tuple(map(slice, place.copy.data.shape))]
    matrix = place.to_template @ place.copy.affine
    y, z = (row[0] * i + row[1] * j + row[2] * k + row[3] for row in matrix[1:3])
    shell = (depth > SHELL_MM[0]) & (depth < SHELL_MM[1])
    deep = (depth < SHELL_MM[1]) & (z < FACE_Z) & (y > FACE_Y)
    return np.asarray((shell | deep) & place.stays & (place.skin < SHELL_MM[1]))


def _native(place: Place, time: int, where: Flags) -> Field:
    """Values of the volume at voxels of the copy: the nearest, not interpolated."""
    voxels = np.nonzero(where)
    matrix = np.linalg.inv(place.affine) @ place.copy.affine
    i, j, k = voxels
    index = []
    for row, length in zip(matrix[:3], place.mask.shape, strict=True):
        at = np.rint(row[0] * i + row[1] * j + row[2] * k + row[3]).astype(np.intp)
        index.append(np.clip(at, 0, length - 1))
    outside = ~place.mask[tuple(index)]
    values: NDArray[np.float32] = place.data[(*(axis[outside] for axis in index), time)]
    return values[np.isfinite(values)]
