"""De-facing: is there a face, where is it, and is it gone."""

from cleanroom.deface.builtin import FaceResult, face_mask

__all__ = ["FaceResult", "face_mask"]
