"""What every step said of itself, as two tables: one that may be shared, and the whole."""

import json
from collections.abc import Iterable

from cleanroom import tsv
from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.identity import Identity
from cleanroom.provenance.times import StepTime

SHARED = [
    "study",
    "step",
    "cleanroom",
    "code",
    "tools",
    "container",
    "parameters",
    "inputs",
    "outputs",
    "seconds",
    "peak_mb",
]
PRIVATE = [*SHARED, "started", "ended", "host", "user", "folder", "command"]


def write(config: Config, times: Iterable[StepTime], identity: Identity) -> None:
    """Write ``provenance/steps.tsv`` below the output folder and below ``private``.

    The shared one names no host, user, path or value of the config, and its hashes are keyed: whoever has the
    key can compare them, and nobody can try guesses on them.
    """
    known = sorted(times, key=lambda time: (time.study, time.started, time.step))
    private = config.private / "provenance"
    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(private / "steps.tsv", _table(PRIVATE, map(_private, known)))
    shared = (_shared(time, identity) for time in known)
    write_text(config.output / "provenance" / "steps.tsv", _table(SHARED, shared), mode=0o644)


def _shared(time: StepTime, identity: Identity) -> dict[str, str]:
    made = time.record.made
    parameters = json.dumps(made.parameters, sort_keys=True)
    hidden = {"parameters": parameters, "inputs": made.inputs, "outputs": made.outputs}
    return _told(time) | {name: keyed(identity, name, value) for name, value in hidden.items()}


def keyed(identity: Identity, name: str, value: str) -> str:
    """A hash that only the holder of the key can compute; empty for nothing."""
    return identity.digest(f"provenance {name}", value).hex()[:32] if value else ""


def _private(time: StepTime) -> dict[str, str]:
    made = time.record.made
    return _told(time) | {
        "parameters": json.dumps(made.parameters, sort_keys=True),
        "inputs": made.inputs,
        "outputs": made.outputs,
        "started": time.started.isoformat(timespec="seconds"),
        "ended": time.ended.isoformat(timespec="seconds"),
        "host": made.host,
        "user": made.user,
        "folder": made.folder,
        "command": made.command,
    }


def _told(time: StepTime) -> dict[str, str]:
    made = time.record.made
    return {
        "study": time.study,
        "step": time.step,
        "cleanroom": made.version,
        "code": made.code,
        "tools": ", ".join(f"{name} {number}" for name, number in sorted(made.tools.items())),
        "container": made.container,
        "seconds": f"{time.record.seconds:.3f}",
        "peak_mb": f"{time.record.peak_mb:.1f}",
    }


def _table(columns: list[str], rows: Iterable[dict[str, str]]) -> str:
    return tsv.text([columns, *([_inert(row[name]) for name in columns] for row in rows)])


def _inert(value: str) -> str:
    """No cell begins as a formula does, or breaks its line."""
    sign = "'" if value[:1] in ("=", "+", "-", "@") else ""
    return sign + "".join(letter if letter.isprintable() else "?" for letter in value)
