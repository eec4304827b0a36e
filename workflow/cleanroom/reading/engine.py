"""The one recogniser of this process: detection and recognition with rapidocr's models, offline."""

import math
import os
from functools import cache
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cleanroom.reading.word import Picture

_ONE_THREAD = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_PIXEL, _BOX = 0.15, 0.25
"""How sure the detector has to be of a pixel and of a box: at its own 0.3 and 0.5 it misses lines of 10 px
over tissue; what it finds too much, the recogniser rejects."""
_HEIGHT, _WIDEST = 48, 3200
"""The recogniser's rows, and the columns of a strip at that height; more would need memory for nothing."""
_NARROWEST, _STEP, _PADDING = 96, 32, 16
"""Columns: strips are padded by so many, and to a multiple, so that few widths have to be planned."""


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
    engine = _engine()
    read = [("", 0.0)] * len(strips)
    for columns, numbers in _by_width(strips).items():
        engine.recogniser.rec_image_shape = [3, _HEIGHT, columns]
        alike = [strips[number] for number in numbers]
        result = engine.recogniser(engine.recogniser_input(img=[_bounded(strip) for strip in alike]))
        for number, text, score in zip(numbers, result.txts, result.scores, strict=True):
            read[number] = str(text), float(score)
    return read


def _by_width(strips: list[Picture]) -> dict[int, list[int]]:
    """The numbers of the strips of about one width: padded to one width all, most time goes to padding."""
    numbers: dict[int, list[int]] = {}
    for number, strip in enumerate(strips):
        rows, columns = strip.shape[:2]
        wide = min(columns / rows * _HEIGHT, _WIDEST) + _PADDING
        numbers.setdefault(max(_NARROWEST, math.ceil(wide / _STEP) * _STEP), []).append(number)
    return numbers


def _bounded(strip: Picture) -> Picture:
    rows, columns = strip.shape[:2]
    if columns / rows * _HEIGHT <= _WIDEST:
        return strip
    return cast(Picture, cv2.resize(strip, (_WIDEST, _HEIGHT), interpolation=cv2.INTER_AREA))


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
    recogniser = whole._load_rec_model()
    recogniser.rec_batch_num = 1  # several at once take longer on one thread, and more memory
    return _Engine(detector, recogniser, TextRecInput)
