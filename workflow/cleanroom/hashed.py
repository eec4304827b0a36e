"""The SHA-256 of a file, as tables and records tell it."""

from hashlib import file_digest
from pathlib import Path


def hashed(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
