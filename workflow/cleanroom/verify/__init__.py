"""The gate: it judges the bytes to be released, with lists and decoders that are not the cleaner's."""

from cleanroom.verify.gate import verify_study

__all__ = ["verify_study"]
