"""The step ``clean``: headers after PS3.15 Annex E, as data."""

from cleanroom.clean.step import clean_study

__all__ = ["clean_study"]
