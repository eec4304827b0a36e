"""What is the machine's fault and not a file's: a full disk, a disk or network that fails, changing input.

A step that meets one leaves no record: the next call does it again, as if nothing had been.
"""

import errno
import shutil
import sqlite3
import traceback
from concurrent.futures import BrokenExecutor
from pathlib import Path

from cleanroom.config import Config
from cleanroom.errors import SetAside, StopRun
from cleanroom.intake.walk import members, time_told
from cleanroom.killed import Killed
from cleanroom.source import FAILURES, SEPARATOR, native
from cleanroom.study import BEFORE, Study

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FAILING = FAILURES | {errno.EROFS}
_WITHHELD = {errno.EACCES, errno.EPERM}
_LITTLE = 1 << 20
_AGAIN = "run the same command again"


def is_failing(error: BaseException) -> bool:
    """Whether a disk or network refused something that it may give the next time."""
    return isinstance(error, OSError) and error.errno in _FAILING


def stop(error: Exception, config: Config) -> StopRun | None:
    """What to say when the machine failed and not a file; None when it is the file, or a mistake of ours."""
    if isinstance(error, BrokenExecutor):
        return Killed("A process of the step")
    name = getattr(error, "sqlite_errorname", "") if isinstance(error, sqlite3.Error) else ""
    if name == "SQLITE_FULL" or (isinstance(error, OSError) and error.errno in _FULL):
        return no_space(config)
    if name.startswith("SQLITE_IOERR") or is_failing(error):
        told = name or errno.errorcode.get(getattr(error, "errno", 0) or 0, "")
        return StopRun(f"A disk or the network failed ({told}).", f"see that it works, and {_AGAIN}")
    if isinstance(error, OSError) and error.errno in _WITHHELD and _lies_in(error.filename, config.private):
        return StopRun("A file of private may not be read or written.", f"see to its rights, and {_AGAIN}")
    return None


def aside(error: Exception, step: str, study: Study) -> SetAside:
    """What an error says of the series on which it came up.

    Raises
    ------
    StopRun, MemoryError
        When the machine failed, and not a file.
    """
    if isinstance(error, SetAside):
        return error
    if isinstance(error, StopRun | MemoryError):
        raise error
    traceback.print_exception(error)
    if stopped := stop(error, study.config):
        raise stopped from error
    log = f"{study.pseudonym}.log in private/logs/{step}"
    return SetAside(f"{step} failed ({type(error).__name__})", f"see {log} and report it")


def _lies_in(path: object, folder: Path) -> bool:
    return isinstance(path, str | Path) and Path(path).is_relative_to(folder)


def no_space(config: Config) -> StopRun:
    """What to say when a disk is full: which of the folders lies on it."""
    without = full(config)
    names = without or ["private", "output"]
    folders = " and ".join(str(getattr(config, name)) for name in names)
    word = "is full" if without else "was full for a moment"
    return StopRun(
        f"No space left: the disk of {' and '.join(names)} {word}.",
        f"free some space in {folders} and {_AGAIN}",
    )


def full(config: Config) -> list[str]:
    """Which of the folders that are written to lie on a disk that is full."""
    places = {"private": config.private, "output": config.output}
    return [name for name, path in places.items() if path.is_dir() and shutil.disk_usage(path).free < _LITTLE]


def taken(study: Study, step: str, names: tuple[str, ...]) -> list[Path]:
    """The files that a step takes from those before it; ``names`` are in the work folder of the study."""
    found = [study.folder / "manifest.tsv", *(study.record_path(before) for before in BEFORE[step])]
    for name in names:
        place = study.work / name
        found += [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
    return [path for path in found if path.is_file()]


def check_taken(paths: list[Path]) -> None:
    """See whether what a step has taken is still there.

    Raises
    ------
    StopRun
        When a file is gone: that the step did not find it is no fault of the study.
    """
    gone = [path.name for path in paths if not path.is_file()]
    if gone:
        raise StopRun(
            f"Files of private were taken away while a step was at work: {len(gone)}, {gone[0]} among them.",
            f"leave private alone while a run goes on, see that its disk works, and {_AGAIN}",
        )


def check_input(study: Study) -> None:
    """Compare the files of a study with what intake saw of them, by size and time.

    Raises
    ------
    StopRun
        When one has changed or cannot be reached: what was read of it would not belong together.
    """
    root = study.config.input
    archives: dict[str, dict[str, tuple[int, str]]] = {}
    for instance in study.instances:
        if not instance.modified:
            continue
        archive, packed, _ = instance.path.partition(SEPARATOR)
        try:
            if packed and archive not in archives:
                found = members(root, archive)
                archives[archive] = {item.path: (item.bytes, time_told(item.modified)) for item in found}
            now = archives[archive].get(instance.path) if packed else _stands(root / native(instance.path))
        except OSError:
            now = None
        if now != (instance.bytes, instance.modified):
            name = f"{instance.series} number {instance.number}"
            raise StopRun(
                f"A file of the input was changed or cannot be reached: {name}.",
                f"see that the input is whole and nobody writes to it, and {_AGAIN}",
            )


def _stands(path: Path) -> tuple[int, str]:
    status = path.lstat()
    return status.st_size, time_told(status.st_mtime_ns)
