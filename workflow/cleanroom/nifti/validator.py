"""The BIDS validator on the tree, where one is installed; it needs no network."""

import json
import logging
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.nifti.placed import HOME

TOOL = "bids-validator-deno"
_SECONDS = 1800
_SHOWN = 100
log = logging.getLogger(__name__)


def write(config: Config) -> None:
    """Write ``report/bids.json``, where a validator is installed; what it said of an earlier tree goes."""
    target = config.output / "report" / "bids.json"
    target.unlink(missing_ok=True)
    told = validate(config.output / "release" / HOME)
    if told:
        write_text(target, json.dumps(told, indent=1) + "\n", mode=0o644)


def validate(tree: Path, tool: str = TOOL) -> dict[str, Any]:
    """What the validator says of a tree.

    Returns
    -------
    dict
        ``validator`` with its ``schema``, ``errors`` (code and place of the first hundred), ``error_count``
        and ``warnings`` (how many of each kind); empty when no validator is installed or it did not end.
    """
    found = shutil.which(tool)
    if not found or not tree.is_dir():
        return {}
    try:
        done = subprocess.run(
            [found, str(tree), "--json"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError, OSError) as error:
        log.warning("the BIDS validator gave no answer (%s)", type(error).__name__)
        return {}
    return summary(told)


def summary(told: dict[str, Any]) -> dict[str, Any]:
    """The validator's answer, short."""
    issues: list[dict[str, Any]] = told["issues"]["issues"]
    errors = [issue for issue in issues if issue["severity"] == "error"]
    return {
        "validator": TOOL,
        "schema": told["summary"].get("schemaVersion", ""),
        "error_count": len(errors),
        "errors": [
            {"code": issue["code"], "detail": issue.get("subCode", ""), "file": issue.get("location", "")}
            for issue in errors[:_SHOWN]
        ],
        "warnings": _counted(issue for issue in issues if issue["severity"] == "warning"),
    }


def _counted(issues: Iterable[dict[str, Any]]) -> dict[str, int]:
    names = (" ".join(filter(None, (issue["code"], issue.get("subCode", "")))) for issue in issues)
    return dict(sorted(Counter(names).items()))
