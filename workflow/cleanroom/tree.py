"""Folders of the release, which several jobs fill and empty side by side."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TRIES = 5


def move(source: Path, target: Path) -> None:
    """Rename; another job may take the folder around the target away while it is empty."""
    for _ in range(_TRIES - 1):
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            source.rename(target)
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def take_out(root: Path, folders: Iterable[Path]) -> None:
    """Remove folders, given relative to ``root``, and those around them that are empty then."""
    for folder in sorted(folders):
        shutil.rmtree(root / folder, ignore_errors=True)
        remove_empty((root / folder).parent, root)


def remove_empty(folder: Path, stop: Path) -> None:
    """Remove a folder and those around it, as far as they are empty, up to ``stop``, which stays."""
    while folder != stop:
        with suppress(OSError):
            folder.rmdir()
        folder = folder.parent
