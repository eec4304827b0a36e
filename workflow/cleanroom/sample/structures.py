"""The RT structure set drawn on the CT."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RTStructureSetStorage

from cleanroom.sample.contours import outline
from cleanroom.sample.grid import Grid
from cleanroom.sample.headers import Source, fill, item, numbered, series_header

_STUDY_MANAGEMENT = "1.2.840.10008.3.1.2.3.1"
_COLOURS = {"EXTERNAL": [0, 255, 0], "ORGAN": [255, 255, 0], "PTV": [255, 0, 0]}

Mask = NDArray[np.bool_]


def structure_set(source: Source, image: Source, grid: Grid, masks: Mapping[str, Mask]) -> Dataset:
    """An RTSTRUCT on a CT series.

    Parameters
    ----------
    source, image
        The structure set's series, and that of the CT.
    grid
        The CT's slices.
    masks
        Interpreted type (``EXTERNAL``, ``ORGAN``, ``PTV``) → mask, shape (slices, rows, columns).
    """
    dataset = series_header(source, "RTSTRUCT", RTStructureSetStorage, ExplicitVRLittleEndian)
    numbered(dataset, source, 1)
    fill(
        dataset,
        {
            "FrameOfReferenceUID": image.frame_uid,
            "PositionReferenceIndicator": "",
            "StructureSetDate": dataset.StudyDate,
            "StructureSetTime": "111500",
            "ReferencedFrameOfReferenceSequence": [_frame(image, grid)],
            "ApprovalStatus": "APPROVED",
            "ReviewDate": dataset.StudyDate,
            "ReviewTime": "130000",
        },
    )
    reviewer = str(dataset.ReviewerName)
    rois, observations, contours = [], [], []
    for number, roi in enumerate(source.spec["rois"], 1):
        kind = roi["type"]
        rois.append(_roi(number, roi["name"], reviewer, image))
        observations.append(_observation(number, kind, reviewer))
        contours.append(_contours(number, kind, masks[kind], image, grid))
    dataset.StructureSetROISequence = Sequence(rois)
    dataset.RTROIObservationsSequence = Sequence(observations)
    dataset.ROIContourSequence = Sequence(contours)
    return dataset


def _frame(image: Source, grid: Grid) -> dict[str, Any]:
    series = {
        "SeriesInstanceUID": image.series_uid,
        "ContourImageSequence": [_slice(image, index) for index in range(grid.shape[0])],
    }
    study = {
        "ReferencedSOPClassUID": _STUDY_MANAGEMENT,
        "ReferencedSOPInstanceUID": image.study_uid,
        "RTReferencedSeriesSequence": [series],
    }
    return {"FrameOfReferenceUID": image.frame_uid, "RTReferencedStudySequence": [study]}


def _slice(image: Source, index: int) -> dict[str, Any]:
    return {
        "ReferencedSOPClassUID": CTImageStorage,
        "ReferencedSOPInstanceUID": image.instance_uid(index + 1),
    }


def _roi(number: int, name: str, reviewer: str, image: Source) -> Dataset:
    return item(
        {
            "ROINumber": number,
            "ReferencedFrameOfReferenceUID": image.frame_uid,
            "ROIName": name,
            "ROIDescription": f"{name}, gezeichnet von {reviewer}",
            "ROIGenerationAlgorithm": "SEMIAUTOMATIC",
        }
    )


def _observation(number: int, kind: str, reviewer: str) -> Dataset:
    return item(
        {
            "ObservationNumber": number,
            "ReferencedROINumber": number,
            "RTROIInterpretedType": kind,
            "ROIInterpreter": reviewer,
        }
    )


def _contours(number: int, kind: str, mask: Mask, image: Source, grid: Grid) -> Dataset:
    drawn = [(index, outline(plane, grid, index)) for index, plane in enumerate(mask)]
    contours = [
        {
            "ContourImageSequence": [_slice(image, index)],
            "ContourGeometricType": "CLOSED_PLANAR",
            "NumberOfContourPoints": len(points) // 3,
            "ContourNumber": index + 1,
            "ContourData": points,
        }
        for index, points in drawn
        if points
    ]
    colour = _COLOURS[kind]
    return item({"ROIDisplayColor": colour, "ContourSequence": contours, "ReferencedROINumber": number})
