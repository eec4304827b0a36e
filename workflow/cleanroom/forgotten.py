"""Results of which Snakemake does not know from what they were made: they go, so that they are made again.

It notes that when a job has ended, and does not bring it to the disk: after a loss of power the notes of the
last half minute are empty. A process that is killed may leave a result and no note at all, only the mark of
an unfinished job, and behind a checkpoint Snakemake looks at no marks. No change of the input, the config or
the code would ever make such a result anew.
"""

import base64
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cleanroom.config import Config

_LAST_SECONDS = 600.0
"""Of the notes that were written last the content is looked at, of the others the size."""


def drop(folder: Path, config: Config) -> int:
    """Take away results without a note; nobody else may be at work in this working folder.

    Parameters
    ----------
    folder
        ``.snakemake`` in the working folder.
    config
        Where results are.

    Returns
    -------
    int
        How many there were.
    """
    notes = list(_files(str(folder / "metadata")))
    newest = max((entry.stat().st_mtime for entry in notes), default=0.0)
    lost = [entry for entry in notes if _is_lost(entry, newest - _LAST_SECONDS)]
    for entry in lost:
        result = _result(entry, folder / "metadata")
        if result.is_dir() and result.is_relative_to(config.private / "work"):
            shutil.rmtree(result)
    marks = [_result(entry, folder / "incomplete") for entry in _files(str(folder / "incomplete"))]
    found = {*marks, *(_result(entry, folder / "metadata") for entry in lost)}
    gone = [result for result in found if result.is_file() and _is_ours(result, config)]
    for result in gone:
        _maker(result, config).unlink(missing_ok=True)
    for entry in lost:
        Path(entry.path).unlink()
    return len(gone)


def _maker(result: Path, config: Config) -> Path:
    """What to take away so that a result is made again: of what remembers earlier releases the verdict."""
    if result.name != "released.json":
        return result
    if result.parent == config.private / "files":
        return config.private / "work" / "files" / "verdict.json"
    return result.with_name("verdict.json")


def _is_ours(result: Path, config: Config) -> bool:
    return result.is_relative_to(config.private) or result.is_relative_to(config.output)


def _result(entry: "os.DirEntry[str]", folder: Path) -> Path:
    """The path by which Snakemake has named a note; a long one lies in folders."""
    *parts, last = Path(entry.path).relative_to(folder).parts
    name = "".join([*(part.removeprefix("@") for part in parts), last])
    try:
        return Path(base64.urlsafe_b64decode(name).decode())
    except ValueError:
        return Path(entry.path)


def _files(folder: str) -> "Iterator[os.DirEntry[str]]":
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                yield entry


def _is_lost(entry: "os.DirEntry[str]", since: float) -> bool:
    state = entry.stat()
    if state.st_size == 0:
        return True
    if state.st_mtime < since:
        return False
    try:
        json.loads(Path(entry.path).read_bytes())
    except ValueError:
        return True
    return False
