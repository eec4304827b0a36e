"""Continuous tone: where a page shows a picture rather than letters, lines and flat colours."""

import numpy as np
from numpy.typing import NDArray

BLOCK = 24
MOST = 0.003
"""Share of a page: a photograph of 15 x 15 mm on A4 is 0.4 per cent of it."""
_OFF_PAPER, _NOISE, _TONES = 16, 2.0, 8


def tonal(page: NDArray[np.uint8]) -> float:
    """The share of a page that shows continuous tone.

    A block of pixels does when most of them are off the colour of the paper, and they are of many tones:
    not a flat colour, nor ink and paper alone.
    """
    grey = page if page.ndim == 2 else np.asarray(page.mean(axis=2), np.uint8)
    rows, columns = grey.shape[0] // BLOCK, grey.shape[1] // BLOCK
    if not rows or not columns:
        return 1.0
    paper = int(np.bincount(grey.ravel(), minlength=256).argmax())
    cut = grey[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2)
    blocks = cut.reshape(rows * columns, BLOCK * BLOCK)
    off = np.median(np.abs(blocks.astype(np.int16) - paper), axis=1) > _OFF_PAPER
    noisy = blocks.std(axis=1) > _NOISE
    many = np.fromiter((_tones(block) for block in blocks), int, len(blocks)) >= _TONES
    return float((off & noisy & many).mean())


def _tones(block: NDArray[np.uint8]) -> int:
    """How many greys a block shows with more than one pixel in a hundred."""
    return int((np.bincount(block, minlength=256) > block.size // 100).sum())
