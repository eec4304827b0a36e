"""The tool that finds the face, behind an interface; the others are programs (:mod:`cleanroom.tools`)."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cleanroom.deface.builtin import FaceResult, face_mask
from cleanroom.deface.mask import Extent
from cleanroom.isotropic import Affine


class Tool(Protocol):
    """Finds the face in one volume: ``face_mask`` documents the arguments."""

    def __call__(
        self, data: NDArray[np.float32], affine: Affine, modality: str, extent: Extent, /
    ) -> FaceResult:
        """Decide, and yield a mask in the volume's own grid."""
        ...


TOOLS: dict[str, Tool] = {"builtin": face_mask}
"""Name in ``faces.rules`` → tool."""
