"""Parts of a run that work side by side: ``shard=i/n``."""

from hashlib import sha256

from cleanroom.config import Config
from cleanroom.intake.loads import Load


def part(config: Config, loads: dict[str, Load]) -> dict[str, Load]:
    """The studies of a part: those of one patient, who may share frames of reference, are together."""
    mine, parts = map(int, config.shard.split("/"))
    return {study: load for study, load in loads.items() if number(load.patient, parts) == mine}


def number(patient: str, parts: int) -> int:
    """The part of a patient, from 1: the same when other patients come or go."""
    return int.from_bytes(sha256(patient.encode()).digest()[:8], "big") % parts + 1
