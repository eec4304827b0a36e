"""How a run came about: what every step says of itself, two tables, and a Workflow Run RO-Crate."""

from cleanroom.provenance.times import StepTime

__all__ = ["StepTime"]
