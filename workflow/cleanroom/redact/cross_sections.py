"""A series of cross-sections: a few pictures tell whether it carries words at all."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from cleanroom.manifest import Instance
from cleanroom.reading.display import Stored, frames
from cleanroom.redact.about import dataset_of
from cleanroom.redact.shown import Shown

SAMPLED = 3
"""Slices that are read by themselves: the first, the middle and the last."""
_PLATEAU = 20
"""So many pixels at a slice's very largest value are drawn there, or are metal: they are looked at."""


def carries_words(root: Path, instances: list[Instance], shown: Shown) -> bool:
    """Whether words that go stand in the first, middle or last slice, or in what all slices show together.

    Together are the largest value of each pixel over the series, and the pixels that in their slice have
    its largest value: an overlay is drawn with it, and so is found in a single slice as well.

    Raises
    ------
    SetAside
        When an instance cannot be decoded.
    """
    chosen = {0, len(instances) // 2, len(instances) - 1}
    stacks: dict[tuple[int, ...], _Stack] = {}
    for number, instance in enumerate(instances):
        dataset = dataset_of(root, instance)
        count = max(instance.frames, 1)
        picked = {0, count // 2, count - 1} if len(instances) == 1 else {count // 2}
        for frame, values in enumerate(frames(dataset)):
            if number in chosen and frame in picked and shown.frame(values, dataset):
                return True
            stacks.setdefault(values.shape, _Stack(values, dataset)).add(values)
    return any(stack.carries_words(shown) for stack in stacks.values())


class _Stack:
    """All slices of one shape, one upon the other."""

    def __init__(self, values: Stored, dataset: Dataset) -> None:
        self._dataset = dataset
        self._largest = values.copy()
        self._drawn: NDArray[np.bool_] = np.zeros(values.shape, bool)
        self._slices = 0

    def add(self, values: Stored) -> None:
        """Lay a slice upon the others."""
        self._slices += 1
        if values.dtype != self._largest.dtype:
            self._largest = self._largest.astype(np.float32)
        np.maximum(self._largest, values, out=self._largest, casting="unsafe")
        top = values == values.max()
        if _PLATEAU <= int(top.sum()) < top.size / 2:
            self._drawn |= top

    def carries_words(self, shown: Shown) -> bool:
        """Whether words that go stand in the slices together."""
        drawn = self._drawn.astype(np.uint8) * 255
        together = self._slices > 1 and bool(shown.frame(self._largest, self._dataset))
        return together or (bool(drawn.any()) and bool(shown.picture(drawn)))
