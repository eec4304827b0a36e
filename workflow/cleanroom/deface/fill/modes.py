"""What takes the place of a face: an average face, noise, or the face blurred; the values of one mask."""

from collections.abc import Callable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from cleanroom.deface.fill.average import Field
from cleanroom.deface.fill.place import Place, coarse
from cleanroom.deface.fill.surface import BLOCK_MM, average_skin, coarse_skin
from cleanroom.deface.fill.tissue import air, average_tissue, blended, roughness
from cleanroom.isotropic import Affine

SHELL_PERCENTILES = (40.0, 80.0)
"""Of AnonyMI's paper (Mikulan 2021, Human Brain Mapping 42:5523): the values of the noise."""

Random = np.random.Generator


def replacement(
    mode: str,
    data: NDArray[np.float32],
    affine: Affine,
    mask: NDArray[np.uint8],
    *,
    to_template: Affine,
    modality: str,
    nothing: float,
) -> NDArray[np.float32]:
    """What the masked voxels of a volume are to hold.

    Parameters
    ----------
    mode
        ``reface``, ``noise`` or ``blur``.
    data
        Shape (i, j, k) or (i, j, k, t), real units.
    affine
        Voxel index to RAS millimetres.
    mask
        Shape (i, j, k), 1 where the face is.
    to_template
        4x4, RAS millimetres of the volume to RAS millimetres of the template head.
    modality
        ``CT``: tissue is known in Hounsfield units; of others it is learned from what stays.
    nothing
        The value of air where the volume shows none, real units.

    Returns
    -------
    float32, shape (n,) or (n, t): the masked voxels in the order of storage. The same input gives the same
    values: what is random is seeded from the masked voxels of the original, which are never released.
    """
    four = data if data.ndim == 4 else data[..., np.newaxis]
    inside = mask > 0
    if not inside.any():
        return np.zeros((0, *data.shape[3:]), np.float32)
    place = Place.of(four, inside, affine, to_template)
    random = np.random.Generator(np.random.PCG64(_seed(mode, four, inside)))
    made = MODES[mode](place, modality, nothing, random)
    return made if data.ndim == 4 else made[:, 0]


def reface(place: Place, modality: str, nothing: float, random: Random) -> Field:
    """An average face in the person's place, and the image's own air around it."""
    skin = average_skin(place)
    return _composed(place, skin, lambda time: average_tissue(place, time, modality, skin), nothing, random)


def blur(place: Place, modality: str, nothing: float, random: Random) -> Field:
    """The person's face so coarse that it is nobody's, and the image's own air around it."""
    del modality
    inside = place.tissue.astype(np.float32)
    weight = np.maximum(coarse(inside, place.copy.mm, BLOCK_MM), 1e-3)

    def tissue(time: int) -> Field:
        return np.asarray(coarse(place.frame(time) * inside, place.copy.mm, BLOCK_MM) / weight)

    return _composed(place, coarse_skin(place, random), tissue, nothing, random)


def noise(place: Place, modality: str, nothing: float, random: Random) -> Field:
    """Random values of the face's own distribution under a coarse skin; air is zero."""
    del modality
    inside = place.at_voxels(coarse_skin(place, random)) < 0
    own = place.at_voxels(place.skin) < 0
    made = np.full((len(inside), place.data.shape[3]), nothing, np.float32)
    for time in range(made.shape[1]):
        values = place.data[..., time][place.voxels][own]
        values = values[np.isfinite(values)]
        low, high = np.percentile(values, SHELL_PERCENTILES) if len(values) else (nothing, nothing)
        made[inside, time] = random.uniform(low, high, int(inside.sum()))
    return made


Mode = Callable[[Place, str, float, Random], Field]
MODES: dict[str, Mode] = {"reface": reface, "noise": noise, "blur": blur}
"""Mode of ``faces.rules`` → what makes its values; ``remove`` is a constant and needs none."""


def _composed(
    place: Place, skin: Field, tissue: Callable[[int], Field], nothing: float, random: Random
) -> Field:
    """Tissue below a skin and air above it, mixed over a voxel, with the noise of the image."""
    share = np.clip(0.5 - place.at_voxels(skin) / place.edge_mm, 0, 1)
    made = np.empty((len(share), place.data.shape[3]), np.float32)
    solid = share > 0
    for time in range(made.shape[1]):
        around = air(place, time, nothing)
        made[:, time] = around.drawn(len(share), random)
        values = place.at_voxels(blended(place, time, tissue(time)), solid)
        values += random.standard_normal(len(values), np.float32) * np.float32(roughness(place, time, around))
        made[solid, time] += share[solid] * (values - made[solid, time])
        there = place.data[..., time][~place.mask]
        least, most = (np.nanmin(there), np.nanmax(there)) if len(there) else (nothing, np.inf)
        np.clip(made[:, time], min(least, nothing), most, out=made[:, time])
    return made


def _seed(mode: str, data: NDArray[np.float32], inside: NDArray[np.bool_]) -> int:
    digest = blake2b(mode.encode(), digest_size=16)
    digest.update(np.packbits(inside).tobytes())
    for time in range(data.shape[3]):
        digest.update(data[..., time][inside].tobytes())
    return int.from_bytes(digest.digest(), "big")
