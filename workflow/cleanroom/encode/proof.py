"""The proof that a mask drawn on NIfTI volumes belongs to these very pixels."""

from hashlib import blake2b
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from cleanroom.encode import mapping
from cleanroom.encode.frames import Frame
from cleanroom.encode.mapping import Image
from cleanroom.errors import SetAside
from cleanroom.records import SeriesFace, Volume

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
        self._masks = {
            item.volume: np.asarray(nibabel.Nifti1Image.from_filename(work / item.mask).dataobj, np.uint8)
            for item in face.masks
        }
        self._slices = {
            _content(image.values[:, :, k, t])
            for image in self._images
            if image.volume.role == "uneven"
            for k in range(image.values.shape[2])
            for t in range(image.values.shape[3])
        }
        self._alike: list[float] = []

    def inside(self, frame: Frame, pixels: NDArray[np.generic]) -> NDArray[np.bool_]:
        """Which pixels of a frame are to be replaced, (rows, columns).

        Raises
        ------
        SetAside
            When the volume does not hold exactly these pixels where the geometry says.
        """
        rows, columns = pixels.shape[:2]
        for image in self._images:
            if image.volume.role == "uneven":
                continue
            where = mapping.slab(frame, rows, columns, image)
            if where and mapping.same_values(frame, pixels, image, where):
                return where.of(self._mask(image)) > 0
        for image in self._images:
            uneven = image.volume.role == "uneven"
            if uneven and _content(mapping.upright(frame, pixels, image)) in self._slices:
                return self._by_position(frame, pixels)
        raise SetAside(
            "the converted volume cannot be mapped back to the pixels exactly",
            "send the series in another encoding, or keep it out of the input",
        )

    def finish(self) -> None:
        """After the last frame: the interpolated volume must look like the slices it came from.

        Raises
        ------
        SetAside
            When it does not.
        """
        if self._alike and float(np.median(self._alike)) < _ALIKE:
            raise SetAside("the interpolated volume does not lie where its slices lie")

    def _by_position(self, frame: Frame, pixels: NDArray[np.generic]) -> NDArray[np.bool_]:
        rows, columns = pixels.shape[:2]
        for image in self._resampled:
            if image.volume.file in self._masks:
                there = mapping.lattice(frame, rows, columns, image.affine)
                values = map_coordinates(image.values[..., 0].astype(np.float32), there, order=1)
                if pixels.std() > 0 and values.std() > 0:
                    self._alike.append(float(np.corrcoef(values.ravel(), pixels.ravel())[0, 1]))
                return mapping.covered(frame, rows, columns, self._mask(image), image.affine)
        raise SetAside("a series with uneven slices has no mask of its interpolated volume")

    def _mask(self, image: Image) -> NDArray[np.uint8]:
        if image.volume.file not in self._masks:
            raise SetAside("one of the volumes of the series has no mask")
        return self._masks[image.volume.file]


def _content(values: NDArray[np.generic]) -> bytes:
    return blake2b(np.ascontiguousarray(values, dtype=np.int64).data, digest_size=16).digest()
