"""When a step ran."""

from dataclasses import dataclass
from datetime import datetime

from cleanroom.records import Record


@dataclass(frozen=True)
class StepTime:
    """One step's record of one study, and when it ran."""

    step: str
    record: Record
    started: datetime
    ended: datetime
    study: str = ""
    """Pseudonym; empty for the pictures and PDFs of all studies."""
