"""Private elements: what is reviewed stays, vendor headers are rebuilt, the rest goes (PS3.15 E.3.10)."""

from cleanroom.clean.private.blocks import clean_private
from cleanroom.clean.private.listing import PrivateRules
from cleanroom.clean.private.walk import Walk

__all__ = ["PrivateRules", "Walk", "clean_private"]
