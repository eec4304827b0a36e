"""The one recogniser of this process: detection and recognition with rapidocr's models, offline."""

import os
from functools import cache
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_ONE_THREAD = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_PIXEL, _BOX = 0.15, 0.25
"""How sure the detector has to be of a pixel and of a box: at its own 0.3 and 0.5 it misses lines of 10 px
over tissue; what it finds too much, the recogniser rejects."""
_WIDEST = 3200
"""Columns of a strip at the recogniser's height; more would need memory for nothing."""


class Found(NamedTuple):
    """Where the detector sees text: four corners (column, row), and how sure it is (0 to 1)."""

    corners: NDArray[np.int32]
    score: float


def detected(picture: Picture) -> list[Found]:
    """Where text stands in a picture (rows, columns, 3), at the picture's own scale."""
    rows, columns = picture.shape[:2]
    padded = cv2.copyMakeBorder(
        picture, 0, -rows % 32, 0, -columns % 32, cv2.BORDER_REPLICATE
    )  # the network takes multiples of 32, and resizing to one would blur thin strokes
    result = _engine().detector(padded)
    if result.boxes is None:
        return []
    limits = np.array([columns, rows])
    return [
        Found(np.minimum(corners, limits).astype(np.int32), float(score))
        for corners, score in zip(result.boxes, result.scores, strict=True)
    ]


def recognised(strips: list[Picture]) -> list[tuple[str, float]]:
    """The text in each strip (rows, columns, 3), and how sure the recogniser is (0 to 1)."""
    if not strips:
        return []
    engine = _engine()
    result = engine.recogniser(engine.recogniser_input(img=[_bounded(strip) for strip in strips]))
    return [(str(text), float(score)) for text, score in zip(result.txts, result.scores, strict=True)]


def _bounded(strip: Picture) -> Picture:
    rows, columns = strip.shape[:2]
    if columns / rows * 48 <= _WIDEST:
        return strip
    return cast(Picture, cv2.resize(strip, (_WIDEST, 48), interpolation=cv2.INTER_AREA))


class _Engine(NamedTuple):
    detector: Any
    recogniser: Any
    recogniser_input: Any


@cache
def _engine() -> _Engine:
    """Load the models: one thread, so that a result is the same on any number of cores."""
    os.environ.setdefault("ORT_LOGGING_LEVEL", "4")
    cv2.setNumThreads(1)
    from rapidocr import RapidOCR  # noqa: PLC0415 - loading it takes a second
    from rapidocr.ch_ppocr_rec import TextRecInput  # noqa: PLC0415

    whole: Any = RapidOCR(params={"Global.log_level": "critical", **_ONE_THREAD})
    detector = whole._load_det_model()
    detector.limit_type, detector.limit_side_len = "max", 1 << 20  # the caller has scaled
    detector.postprocess_op.thresh, detector.postprocess_op.box_thresh = _PIXEL, _BOX
    return _Engine(detector, whole._load_rec_model(), TextRecInput)
