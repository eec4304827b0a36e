"""De-facing: is there a face, where is it, and is it gone."""

from cleanroom.deface.builtin import FaceResult, face_mask
from cleanroom.deface.step import deface_study

__all__ = ["FaceResult", "deface_study", "face_mask"]
