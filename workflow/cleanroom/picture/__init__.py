"""Pictures of volumes, drawn from arrays: three slices, and the skin as a person would see it."""

from cleanroom.picture.slices import middle, slices
from cleanroom.picture.surface import VIEWS, View, surface

__all__ = ["VIEWS", "View", "middle", "slices", "surface"]
