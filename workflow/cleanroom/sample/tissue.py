"""What each kind of scanner sees of a head: MR contrasts and Hounsfield units."""

import numpy as np
from numpy.typing import NDArray

from cleanroom.sample.template import Volume

Stored = NDArray[np.uint16]

_NOISE = 0.018


def t1_weighted(signal: Volume, seed: int, peak: float = 1400.0) -> Stored:
    """Stored values of a T1-weighted scan: uneven coil, Rician noise; shape as ``signal``."""
    return _received(signal, seed, peak)


def t2_weighted(signal: Volume, brain: Volume, seed: int, peak: float = 1100.0) -> Stored:
    """Stored values of a T2-weighted scan: in the brain dark becomes bright; shape as ``signal``.

    Parameters
    ----------
    signal
        T1-like, 0..1.
    brain
        Millimetres from the brain's surface, negative inside.
    """
    within = _soft(-brain, 2.0)
    inverted = np.interp(signal, [0, 0.3, 0.55, 0.7, 0.85, 1], [0.95, 0.9, 0.55, 0.42, 0.3, 0.25])
    outside = np.interp(signal, [0, 0.2, 0.5, 1], [0, 0.1, 0.3, 0.75])
    return _received((within * inverted + (1 - within) * outside).astype(np.float32), seed, peak)


def hounsfield(signal: Volume, skin: Volume, depth: Volume, brain: Volume, seed: int) -> NDArray[np.float32]:
    """Hounsfield units: air, skin and muscle, fat, skull, jaw, brain and airways; all shaped alike.

    Parameters
    ----------
    signal, skin
        As ``Head.signal``.
    depth, brain
        Millimetres, as ``Head.distances``.
    """
    soft = 20 + 30 * np.clip(signal, 0, 1)
    fat = _soft(signal - 0.75, 0.1) * _soft(9 - depth, 2.0) * _soft(depth - 1.5, 1.0) * _soft(brain - 9, 2)
    airway = _soft(0.16 - signal, 0.05) * _soft(depth - 10, 3.0) * _soft(brain - 8, 2.0)
    skull = _soft(brain - 0.8, 1.0) * _soft(7.0 - brain, 1.0) * _soft(depth - 4, 1.5)
    jaw = _soft(depth - 9, 1.5) * _soft(15 - depth, 1.5) * _soft(brain - 22, 4.0) * _soft(0.62 - signal, 0.2)
    bone = np.maximum(skull, 0.7 * jaw * (1 - airway))
    marrow = np.exp(-(((brain - 3.9) / 1.3) ** 2))
    values = soft + fat * (-100 - soft)
    values = values + airway * (-950 - values)
    values = values + bone * (1150 - 450 * marrow - values)
    values = -1000 + skin * (values + 1000)
    noise = np.random.default_rng(seed).standard_normal(values.shape, dtype=np.float32)
    return np.asarray(values + 9 * noise, dtype=np.float32)


def _soft(amount: Volume, width: float) -> Volume:
    """0 below zero, 1 above it, a ramp of this width between."""
    return np.asarray(np.clip(amount / width + 0.5, 0, 1), dtype=np.float32)


def _received(signal: Volume, seed: int, peak: float) -> Stored:
    random = np.random.default_rng(seed)
    phases = random.uniform(0, np.pi, size=3)
    ramps = [
        1 + 0.12 * np.cos(phase + np.linspace(0, 2.5, n))
        for phase, n in zip(phases, signal.shape, strict=True)
    ]
    first, second, third = np.ix_(*(ramp.astype(np.float32) for ramp in ramps))
    bias = first * second * third
    real, imaginary = random.standard_normal((2, *signal.shape), dtype=np.float32) * _NOISE
    magnitude = np.hypot(signal * bias + real, imaginary)
    return np.asarray(np.clip(np.rint(magnitude * peak), 0, 4095), dtype=np.uint16)
