"""The proof that a mask drawn on NIfTI volumes belongs to these very pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import scipy
from numpy.typing import NDArray

from cleanroom.encode import mapping
from cleanroom.encode.frames import Frame
from cleanroom.encode.mapping import Image
from cleanroom.errors import SetAside
from cleanroom.records import SeriesFace, Volume

Real = NDArray[np.float64]
_ALIKE = 0.9
"""Correlation of an interpolated volume with the slices it was made of; a misplaced one has far less."""


class Proof:
    """The volumes of a series and their masks.

    Parameters
    ----------
    work
        The study's work folder.
    volumes
        Every volume that dcm2niix made of the series.
    face
        The decision with its masks.
    """

    def __init__(self, work: Path, volumes: list[Volume], face: SeriesFace) -> None:
        self._images = [mapping.load(work, item) for item in volumes if item.role != "resampled"]
        self._resampled = [mapping.load(work, item) for item in volumes if item.role == "resampled"]
        self._face = face
        self._masks = {item.volume: _read(work / item.mask) for item in face.masks}
        self._values = {item.volume: _read(work / item.values) for item in face.masks if item.values}
        self._slices = {
            _content(image.values[:, :, k, t]): t
            for image in self._images
            if image.volume.role == "uneven"
            for k in range(image.values.shape[2])
            for t in reversed(range(image.values.shape[3]))
        }
        self._alike: list[float] = []
        self._first: dict[str, NDArray[np.float32]] = {}

    def locate(self, frame: Frame, pixels: NDArray[np.generic]) -> "Spot":
        """Where a frame is in the volumes: proved by its pixels.

        Parameters
        ----------
        pixels
            Stored values, (rows, columns) or (rows, columns, 3).

        Raises
        ------
        SetAside
            When no volume holds exactly these pixels where the geometry says.
        """
        rows, columns = pixels.shape[:2]
        for image in self._images:
            if image.volume.role == "uneven":
                continue
            where = mapping.slab(frame, rows, columns, image)
            time = None if where is None else image.time_of(frame, pixels, where)
            if where is not None and time is not None:
                return self._spot(image, time, where.of)
        for image in self._images:
            time = self._slices.get(_content(mapping.upright(frame, pixels, image)))
            if image.volume.role == "uneven" and time is not None:
                return self._by_position(frame, pixels, time)
        raise SetAside(
            "the converted volume cannot be mapped back to the pixels exactly",
            "send the series in another encoding, or keep it out of the input",
        )

    def inside(self, spot: "Spot") -> NDArray[np.bool_]:
        """Which pixels of a located frame are covered, (rows, columns)."""
        return np.asarray(spot.of(self._masks[spot.volume]) > 0)

    def real(self, spot: "Spot") -> Real:
        """What the covered pixels of a located frame are to hold, (n,), real units; (1,): all the same."""
        if spot.volume not in self._values:
            return np.array([self._face.fill])
        inside = self.inside(spot)
        values = self._values[spot.volume]
        return np.asarray(spot.of(values if values.ndim == 3 else values[..., spot.time])[inside], np.float64)

    def finish(self) -> None:
        """After the last frame: the interpolated volume must look like the slices it came from.

        Raises
        ------
        SetAside
            When it does not.
        """
        if self._alike and float(np.median(self._alike)) < _ALIKE:
            raise SetAside("the interpolated volume does not lie where its slices lie")

    def _by_position(self, frame: Frame, pixels: NDArray[np.generic], time: int) -> "Spot":
        rows, columns = pixels.shape[:2]
        for image in self._resampled:
            if image.volume.file in self._masks:
                there = mapping.lattice(frame, rows, columns, image.affine)
                if image.volume.file not in self._first:
                    self._first[image.volume.file] = image.values[..., 0].astype(np.float32)
                values = scipy.ndimage.map_coordinates(self._first[image.volume.file], there, order=1)
                if pixels.std() > 0 and values.std() > 0:
                    self._alike.append(float(np.corrcoef(values.ravel(), pixels.ravel())[0, 1]))
                voxels = mapping.nearest(frame, rows, columns, image)
                return self._spot(image, time, itemgetter(voxels))
        raise SetAside("a series with uneven slices has no mask of its interpolated volume")

    def _spot(self, image: Image, time: int, of: Callable[[NDArray[Any]], NDArray[Any]]) -> "Spot":
        name = image.volume.file
        if name not in self._masks:
            raise SetAside("one of the volumes of the series has no mask")
        values = self._values.get(name)
        if values is not None and time >= (1 if values.ndim == 3 else values.shape[3]):
            raise SetAside("the values for a face mask are not there for every time point")
        return Spot(name, time, of)


@dataclass(frozen=True)
class Spot:
    """A slice of a volume: ``of`` picks the voxels of a frame out of an array in the volume's grid."""

    volume: str
    time: int
    of: Callable[[NDArray[Any]], NDArray[Any]]


def _read(path: Path) -> NDArray[Any]:
    image = nibabel.Nifti1Image.from_filename(path, mmap=False)
    return np.asarray(image.dataobj, image.get_data_dtype())


def _content(values: NDArray[np.generic]) -> bytes:
    return blake2b(np.ascontiguousarray(values, dtype=np.float64).data, digest_size=16).digest()
