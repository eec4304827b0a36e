"""Where each frame of an instance lies in the scanner: LPS millimetres, as DICOM writes it."""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword
from pydicom.tag import BaseTag

from cleanroom.encode.mosaic import is_mosaic, tiles
from cleanroom.errors import SetAside
from cleanroom.header.elements import value_of

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""DICOM's x to the left and y to the back (PS3.3 C.7.6.2.1.1); NIfTI's x to the right and y to the front."""

_NOTHING = Dataset()
_TAGS: dict[str, BaseTag] = {}


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes
    ----------
    affine
        (4, 3) matrix: homogeneous (column, row, 1) to RAS millimetres (PS3.3 equation C.7.6.2.1-1).
    normal
        (3,) unit vector, RAS.
    slope, intercept
        Stored value to real units.
    """

    affine: NDArray[np.float64]
    normal: NDArray[np.float64]
    slope: float
    intercept: float

    @property
    def depth(self) -> float:
        """Position along the normal, in millimetres."""
        return float(self.affine[:3, 2] @ self.normal)


@dataclass(frozen=True)
class Tile:
    """A slice in the pixels of a frame: all of them, but for a mosaic."""

    frame: Frame
    rows: slice
    columns: slice


def placed(header: Dataset) -> list[list[Tile]]:
    """The slices in each frame of an instance.

    Raises
    ------
    SetAside
        When position, orientation or spacing is missing.
    """
    if is_mosaic(header):
        return [_tiles(header)]
    return [[Tile(frame, slice(None), slice(None))] for frame in frames(header)]


def _tiles(header: Dataset) -> list[Tile]:
    """The tiles of a mosaic, whose position is that of its corner as if it were one large slice."""
    (whole,) = frames(header)
    count, normal = tiles(header)
    across = ceil(sqrt(count))
    rows, columns = int(header.Rows) // across, int(header.Columns) // across
    spacing = float(header.get("SpacingBetweenSlices") or header.SliceThickness)
    middle = [(int(header.Columns) - columns) / 2, (int(header.Rows) - rows) / 2]
    corner = whole.affine[:, :2] @ middle + whole.affine[:, 2]
    step = LPS_TO_RAS[:3, :3] @ normal * spacing
    made = []
    for at in range(count):
        affine = whole.affine.copy()
        affine[:, 2] = corner
        affine[:3, 2] += at * step
        frame = Frame(affine, whole.normal, whole.slope, whole.intercept)
        top, left = at // across * rows, at % across * columns
        made.append(Tile(frame, slice(top, top + rows), slice(left, left + columns)))
    return made


def frames(header: Dataset) -> list[Frame]:
    """The frames of a classic or an enhanced multi-frame instance.

    Raises
    ------
    SetAside
        When position, orientation or spacing is missing.
    """
    shared = _first(header, "SharedFunctionalGroupsSequence")
    per_frame = header.get("PerFrameFunctionalGroupsSequence")
    groups = [[frame, shared, header] for frame in per_frame] if per_frame else [[header]]
    if len(groups) != int(header.get("NumberOfFrames") or 1):
        raise SetAside("the number of frames is not the number of their positions")
    return [_frame(group) for group in groups]


def _frame(group: list[Dataset]) -> Frame:
    position = _vector(group, "PlanePositionSequence", "ImagePositionPatient", 3)
    orientation = _vector(group, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    row_spacing, column_spacing = _vector(group, "PixelMeasuresSequence", "PixelSpacing", 2)
    affine = np.zeros((4, 3))
    affine[:3, 0] = orientation[:3] * column_spacing
    affine[:3, 1] = orientation[3:] * row_spacing
    affine[:3, 2] = position
    affine[3, 2] = 1
    normal = np.cross(orientation[:3], orientation[3:])
    return Frame(
        LPS_TO_RAS @ affine,
        LPS_TO_RAS[:3, :3] @ normal,
        _number(group, "PixelValueTransformationSequence", "RescaleSlope", 1.0),
        _number(group, "PixelValueTransformationSequence", "RescaleIntercept", 0.0),
    )


def _vector(group: list[Dataset], sequence: str, keyword: str, length: int) -> NDArray[np.float64]:
    value = _numbers(group, sequence, keyword)
    if value is None or len(value) != length:
        raise SetAside(f"an image without {keyword} cannot be mapped")
    return np.array(value)


def _number(group: list[Dataset], sequence: str, keyword: str, otherwise: float) -> float:
    value = _numbers(group, sequence, keyword)
    return otherwise if not value else value[0]


def _numbers(group: list[Dataset], sequence: str, keyword: str) -> list[float] | None:
    """Decimal strings, read from their stored bytes."""
    tag = _TAGS.setdefault(keyword, BaseTag(tag_for_keyword(keyword) or 0))
    for part in group:
        for holder in (_first(part, sequence), part):
            if tag in holder:
                try:
                    text = value_of(holder.get_item(tag), "DS")
                    return [float(number) for number in text.strip(b" \0").split(b"\\")] if text else []
                except ValueError:
                    raise SetAside(f"{keyword} is no number") from None
    return None


def _first(dataset: Dataset, sequence: str) -> Dataset:
    tag = _TAGS.setdefault(sequence, BaseTag(tag_for_keyword(sequence) or 0))
    items = dataset[tag].value if tag in dataset else None
    return items[0] if items else _NOTHING
