"""Every entry of the input folder, in a fixed order; nothing is opened or followed."""

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from cleanroom.source import SEPARATOR, native, portable

_LATEST = 253_402_300_799 * 10**9
"""Nanoseconds since 1970: the last that a date can tell."""


@dataclass(frozen=True)
class Entry:
    """One thing in the input folder that is not a folder."""

    path: str
    """Relative to the input folder, with ``/``, as :func:`cleanroom.source.portable` writes it."""
    bytes: int
    modified: int
    """Nanoseconds since 1970."""
    regular: bool
    link: bool


def walk(root: Path) -> Iterator[Entry]:
    """Files, links and everything else below ``root``; folders behind links are not entered."""
    stack = [""]
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(root / folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            yield Entry(portable(f"{folder}/"), 0, 0, regular=False, link=False)
            continue
        below = []
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                below.append(path)
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield Entry(
                portable(path),
                status.st_size,
                status.st_mtime_ns,
                regular=S_ISREG(status.st_mode),
                link=S_ISLNK(status.st_mode),
            )
        stack.extend(reversed(below))


def fingerprint(root: Path) -> tuple[str, int]:
    """A hash of all paths, sizes and times, and the sum of the sizes.

    The hash changes when a file is new, changed or gone.
    """
    digest, size = sha256(), 0
    for entry in walk(root):
        digest.update(f"{entry.path}\0{entry.bytes}\0{entry.modified}\n".encode())
        size += entry.bytes
    return digest.hexdigest()[:32], size


def members(root: Path, archive: str) -> Iterator[Entry]:
    """What a zip archive of the input holds, in a fixed order."""
    with zipfile.ZipFile(root / native(archive)) as container:
        members = sorted(container.infolist(), key=lambda member: member.filename)
    seen = set()
    for member in members:
        if member.is_dir() or member.filename in seen:
            continue
        seen.add(member.filename)
        path = f"{archive}{SEPARATOR}{portable(member.filename)}"
        changed = _changed(member) * 10**9 + member.CRC % 10**9
        yield Entry(path, member.file_size, changed, True, False)


def _changed(member: zipfile.ZipInfo) -> int:
    """Seconds since 1970; 0 where the archive holds no date that exists."""
    try:
        return int(datetime(*member.date_time, tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def time_told(nanoseconds: int) -> str:
    """A time since 1970 as tables write it: ISO 8601 with nanoseconds."""
    seconds, rest = divmod(min(max(nanoseconds, 0), _LATEST), 10**9)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
