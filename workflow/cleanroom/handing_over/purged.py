"""What may go when a release is handed over: intermediates, and in the end key and crosswalk."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from cleanroom.config import Config
from cleanroom.errors import StopRun

PHRASE = "delete the key"
"""What has to be typed."""
MARK = "run.json"
"""Every private folder of a run has it: another folder is never emptied."""


@dataclass(frozen=True)
class Purged:
    """What went.

    Attributes
    ----------
    files, bytes
        Deleted.
    left
        What identifies and was not deleted, because it lies elsewhere.
    """

    files: int
    bytes: int
    left: tuple[Path, ...] = ()


def purge(config: Config) -> Purged:
    """Delete intermediates: ``private/work`` and what a broken run left in ``.staging``.

    Raises
    ------
    StopRun
        When the private folder is not that of a run.
    """
    _check(config)
    return _deleted([config.private / "work", config.output / ".staging"])


def purge_key(config: Config, typed: str) -> Purged:
    """Delete everything that identifies: the whole private folder, with key and crosswalk.

    Nobody can tell afterwards who a pseudonym is, and no later release fits to this one. A key that lies
    elsewhere stays, because other runs may use it, and so does the patients file.

    Parameters
    ----------
    config
        Of the run.
    typed
        What the person typed: :data:`PHRASE`, or nothing happens.

    Raises
    ------
    StopRun
        When something else was typed, or the private folder is not that of a run.
    """
    _check(config)
    if typed.strip() != PHRASE:
        raise StopRun("Nothing was deleted.", f"type: {PHRASE}")
    inner = config.private.resolve()
    named = [path for path in (config.key, config.patients.file) if path and path.exists()]
    left = tuple(path for path in named if not path.resolve().is_relative_to(inner))
    gone = _deleted([*sorted(config.private.iterdir()), config.output / ".staging"])
    return Purged(gone.files, gone.bytes, left)


def _check(config: Config) -> None:
    if not (config.private / MARK).is_file():
        raise StopRun(
            f"{config.private} is not the private folder of a run.",
            "name the config of the run with --config",
        )


def _deleted(places: list[Path]) -> Purged:
    files = size = 0
    for place in places:
        for path in [place, *place.rglob("*")] if place.is_dir() and not place.is_symlink() else [place]:
            if path.is_symlink() or path.is_file():
                files, size = files + 1, size + path.lstat().st_size
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    return Purged(files, size)
