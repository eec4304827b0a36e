"""The exam as it was frozen: seed, counts and the digest of the key."""

import json
from pathlib import Path
from typing import Any

from exam.generate import SEED
from exam.key import Key

PATH = Path(__file__).with_name("frozen.json")


def record(key: Key) -> dict[str, Any]:
    """What is frozen of a key."""
    checks = set(key.checks)
    return {
        "seed": SEED,
        "files": len({check.file for check in checks}),
        "checks": len(checks),
        "checks_by_kind": key.counts(),
        "identities_only_in_text": sum(check.note == "text only" for check in checks),
        "strings": len(set(key.strings)),
        "key_sha256": key.digest(),
    }


def frozen() -> dict[str, Any]:
    """What was frozen."""
    content: dict[str, Any] = json.loads(PATH.read_text())
    return content
