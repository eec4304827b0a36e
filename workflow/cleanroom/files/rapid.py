"""Reading with rapidocr: models from its wheel, one thread, nothing logged."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanroom.files.views import WHOLE
from cleanroom.files.word import Reader, Word

_PARAMETERS = {
    "Global.log_level": "critical",
    "Global.max_side_len": WHOLE,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_FLAT = 8
"""A picture of fewer rows or columns holds no words, and the detector cannot take it."""


class Rapid:
    """One loaded engine."""

    def __init__(self) -> None:
        import cv2  # noqa: PLC0415 - half a second that most steps do not need
        from rapidocr import RapidOCR  # noqa: PLC0415

        cv2.setNumThreads(1)
        self._engine: Any = RapidOCR(params=_PARAMETERS)

    def words(self, image: NDArray[np.uint8]) -> list[Word]:
        """Every line of words that the detector finds, whatever the recogniser makes of it."""
        if min(image.shape[:2]) < _FLAT:
            return []
        colour = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
        found = self._engine(np.ascontiguousarray(colour[:, :, ::-1]), text_score=0.0)
        if found.boxes is None or found.txts is None:
            return []
        return [
            Word(text, float(score), _around(quad))
            for quad, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]


def _around(quad: NDArray[np.float32]) -> tuple[int, int, int, int]:
    left, top = np.floor(quad.min(axis=0)).astype(int)
    right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 1
    return int(left), int(top), int(right), int(bottom)


@cache
def reader() -> Reader:
    """The reader of this process: the one place to put another in."""
    return Rapid()
