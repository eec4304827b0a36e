"""Decides what may carry burned-in words; until words can be read, that is set aside."""

from cleanroom.redact.decide import decide_study

__all__ = ["decide_study"]
