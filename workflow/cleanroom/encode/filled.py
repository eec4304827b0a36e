"""The face of one instance: where it is in each frame, and what takes its place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.encode.frames import placed
from cleanroom.encode.proof import Proof, Spot
from cleanroom.errors import SetAside

Real = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Filled:
    """The pixels of a face in the frames of one instance.

    Parameters
    ----------
    proof
        The volumes and masks of its series.
    header
        Of the original: the place and the rescale of each frame.

    Raises
    ------
    SetAside
        When it does not say where its frames are.
    """

    def __init__(self, proof: Proof, header: Dataset) -> None:
        self._proof = proof
        self._tiles = placed(header)
        self._spots: dict[int, list[Spot]] = {}
        self._shapes: dict[int, tuple[int, ...]] = {}
        self._last: tuple[int, Flags] = (-1, np.zeros((0, 0), np.bool_))

    def prove(self, at: int, values: NDArray[Any]) -> int:
        """Find a frame, (rows, columns[, 3]) stored values, in the volumes; how many pixels are covered.

        Raises
        ------
        SetAside
            When no volume holds exactly these values where the geometry says.
        """
        if at >= len(self._tiles):
            raise SetAside("the number of frames is not the number of their positions")
        tiles = self._tiles[at]
        self._spots[at] = [self._proof.locate(tile.frame, values[tile.rows, tile.columns]) for tile in tiles]
        self._shapes[at] = values.shape[:2]
        return int(np.count_nonzero(self.plane(at)))

    def plane(self, at: int) -> Flags:
        """The covered pixels of a frame."""
        if self._last[0] != at:
            self._last = at, self._plane(at)
        return self._last[1]

    def _plane(self, at: int) -> Flags:
        if len(self._spots[at]) == 1:
            return self._proof.inside(self._spots[at][0])
        plane = np.zeros(self._shapes[at], np.bool_)
        for tile, spot in zip(self._tiles[at], self._spots[at], strict=True):
            plane[tile.rows, tile.columns] = self._proof.inside(spot)
        return plane

    def real(self, at: int) -> tuple[Real, float, float]:
        """What they are to hold in real units, (n,) or (1,); slope and intercept of the frame."""
        frame = self._tiles[at][0].frame
        spots = self._spots[at]
        if len(spots) == 1:
            return self._proof.real(spots[0]), frame.slope, frame.intercept
        whole = np.zeros(self._shapes[at])
        for tile, spot in zip(self._tiles[at], spots, strict=True):
            part = np.zeros(whole[tile.rows, tile.columns].shape)
            part[self._proof.inside(spot)] = self._proof.real(spot)
            whole[tile.rows, tile.columns] = part
        return whole[self.plane(at)], frame.slope, frame.intercept
