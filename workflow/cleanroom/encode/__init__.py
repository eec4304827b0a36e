"""Writes each instance once, from the original pixel bytes and the decisions of the steps before."""

from cleanroom.encode.study import encode_study

__all__ = ["encode_study"]
