"""What a profile does with every attribute, and why: on the terminal."""

from cleanroom.explain.page import show
from cleanroom.explain.what_if import what_if

__all__ = ["show", "what_if"]
