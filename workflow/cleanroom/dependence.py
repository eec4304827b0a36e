"""On what the result of a step depends: the keys of the config, and the code."""

from functools import cache
from hashlib import sha256
from pathlib import Path

_SECTIONS = {
    "intake": ("input", "key", "patients"),
    "clean": ("key", "profile"),
    "redact": ("text", "pdf"),
    "convert": (),
    "deface": ("faces", "tools"),
    "tools": ("faces", "tools"),
    "encode": ("encode", "faces"),
    "verify": ("profile", "faces", "text", "verify"),
    "nifti": ("profile", "release"),
    "release": ("release",),
    "files": ("key", "patients", "pictures", "pdf", "text"),
    "report": ("profile", "faces", "text", "pictures", "pdf", "release"),
}
"""The keys of the config on which each step's result depends."""


def sections(step: str) -> tuple[str, ...]:
    """The keys of the config on which a step's result depends."""
    return _SECTIONS[step]


@cache
def code() -> str:
    """A hash of the package and its data."""
    digest = sha256()
    package = Path(__file__).parent
    for path in sorted([*package.rglob("*"), *(package.parent / "headers").rglob("*")]):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
