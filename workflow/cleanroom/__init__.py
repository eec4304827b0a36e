"""Cleanroom cleans medical images before they leave the building."""

__version__ = "0.1.0"
