"""What takes the place of a face: values for the masked voxels of a volume."""

from cleanroom.deface.fill.modes import MODES, replacement

__all__ = ["MODES", "replacement"]
