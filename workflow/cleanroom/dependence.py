"""On what the result of a step depends: the keys of the config, and the code."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

_SECTIONS = {
    "intake": ("input", "key", "patients"),
    "clean": ("key", "profile"),
    "redact": ("text", "pdf"),
    "convert": (),
    "deface": ("faces", "tools"),
    "tools": ("faces", "tools"),
    "encode": ("encode", "faces"),
    "verify": ("profile", "faces", "text", "verify"),
    "nifti": ("profile", "release.nifti", "release.bids", "release.dataset"),
    "release": ("release.nifti",),
    "files": ("key", "patients", "pictures", "pdf", "text"),
    "report": ("profile", "faces", "text", "pictures", "pdf", "release"),
}
"""The keys of the config on which each step's result depends; who has to review is among the decisions."""


def sections(step: str) -> dict[str, Any]:
    """The keys of the config on which a step's result depends, as pydantic's ``include`` wants them."""
    found: dict[str, Any] = {}
    for name in _SECTIONS[step]:
        section, _, key = name.partition(".")
        found[section] = found.get(section, set()) | {key} if key else True
    return found


@cache
def code() -> str:
    """A hash of the package and its data."""
    digest = sha256()
    package = Path(__file__).parent
    for path in sorted([*package.rglob("*"), *(package.parent / "headers").rglob("*")]):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
