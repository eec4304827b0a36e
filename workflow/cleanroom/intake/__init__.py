"""Sorts every input file, groups instances into studies and series, assigns pseudonyms."""

from cleanroom.intake.take_in import take_in

__all__ = ["take_in"]
