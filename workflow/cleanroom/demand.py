"""What a step asks of the machine: memory and time."""

from cleanroom.intake.loads import Load

_MEMORY = {
    "clean": (1000, 1.0),
    "redact": (2500, 3.0),
    "convert": (1000, 4.0),
    "deface": (3000, 10.0),
    "encode": (1000, 6.0),
    "verify": (3000, 6.0),
    "nifti": (1000, 6.0),
    "release": (800, 0.0),
}
"""Megabytes that a step takes, and how many more for each megabyte of the largest series."""

MINUTES = dict.fromkeys(_MEMORY, 30) | {"deface": 120, "verify": 60}
"""How long a step on a study may take."""


def grown(amount: float, attempt: int) -> int:
    """What the first attempt asks for, twice as much at each new one from 1."""
    return int(amount * 2 ** (attempt - 1))


def megabytes(step: str, load: Load | None, attempt: int) -> int:
    """Memory for a step on a study: by its largest series, twice as much at each new attempt from 1."""
    base, factor = _MEMORY[step]
    largest = load.largest / 1e6 if load else 0
    return grown(base + factor * largest, attempt)
