"""A head of ellipsoids in template space, so that nothing has to be registered; its nose says whose it is."""

import numpy as np

MM = 3.0
ORIGIN = np.array([-96.0, -60.0, -150.0])
SHAPE = (61, 68, 78)
AIR, TISSUE = 4.0, 200.0


def affine() -> np.ndarray:
    """Voxel to template millimetres."""
    matrix = np.diag([MM, MM, MM, 1.0])
    matrix[:3, 3] = ORIGIN
    return matrix


def places() -> tuple[np.ndarray, ...]:
    """Template millimetres of every voxel."""
    return tuple(start + MM * axis for start, axis in zip(ORIGIN, np.indices(SHAPE), strict=True))


def mask() -> np.ndarray:
    """The lower front of the grid, uint8."""
    _, y, z = places()
    return ((y > 55) & (z < -10)).astype(np.uint8)


def head(nose_mm: float = 22.0, ct: bool = False, ghost: float = 0.0) -> np.ndarray:
    """Values of a head with a nose that stands out so far; a ghost lies in the air before it."""
    x, y, z = places()
    noise = np.random.default_rng(3).standard_normal(SHAPE)
    skull = ((x + 5) / 75) ** 2 + (y / 98) ** 2 + ((z + 40) / 105) ** 2
    inside = skull < 1
    inside |= ((x + 3) / 14) ** 2 + ((y - 92) / nose_mm) ** 2 + ((z + 62) / 22) ** 2 < 1
    inside |= ((x + 3) / 40) ** 2 + ((y - 70) / 24) ** 2 + ((z + 120) / 20) ** 2 < 1
    fat = inside & (skull > 0.88)
    if ct:
        return (np.where(inside, np.where(fat, -90.0, 50.0), -1000.0) + 5 * noise).astype(np.float32)
    values = np.where(inside, np.where(fat, 1.8 * TISSUE, TISSUE), AIR) + 3 * np.abs(noise)
    values[(y > 128) & (z < -40) & (z > -80)] += ghost
    return values.astype(np.float32)
