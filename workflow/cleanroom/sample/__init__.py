"""The sample input of ``make demo``: invented patients, generated heads."""

from cleanroom.sample.export import write_sample
from cleanroom.sample.people import identities

__all__ = ["identities", "write_sample"]
