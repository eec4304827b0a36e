"""Converts series to NIfTI with dcm2niix, inside the private area."""

from cleanroom.convert.dcm2niix import dcm2niix
from cleanroom.convert.series import convert_study

__all__ = ["convert_study", "dcm2niix"]
