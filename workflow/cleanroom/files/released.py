"""The step: pictures and PDFs that passed go to ``release/other``, and those that did not go out of it."""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cleanroom.config import Config
from cleanroom.files.batch import FOLDER
from cleanroom.files.belonging import UNFILED
from cleanroom.intake import inventory
from cleanroom.records import CleanedFile, FilesRecord, FilesVerdict, ReleasedInstance, ReleaseRecord

HOME = Path("other")


def record_path(config: Config) -> Path:
    """Where it is written what was released: it outlives the intermediates."""
    return config.private / "files" / "released.json"


def release_files(config: Config) -> ReleaseRecord:
    """Stage every file that passed beside the release and rename it into ``release/other/<patient>/``.

    Files of an earlier run whose originals are no longer in the input stay; one that is set aside now goes.
    """
    folder = config.private / FOLDER
    text, verdict = FilesRecord.load(folder / "text.json"), FilesVerdict.load(folder / "verdict.json")
    root = config.output / "release"
    staging = config.output / ".staging" / "files"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    passed = [file for file in text.files if file.name in set(verdict.passed)]
    earlier = _earlier(config)
    record = ReleaseRecord(set_aside=[*text.set_aside, *verdict.set_aside])
    present = _present(config)
    record.files = [item for item in earlier if item.original not in present]
    for file in passed:
        item = _described(file, (folder / "cleaned" / file.name).read_bytes())
        _place(folder / "cleaned" / file.name, staging / file.name, root / item.path)
        record.files.append(item)
    kept = {item.path for item in record.files}
    _remove(root, (item.path for item in earlier if item.path not in kept))
    shutil.rmtree(staging)
    with suppress(OSError):
        staging.parent.rmdir()
    return record


def _present(config: Config) -> set[str]:
    """Every path of the input, whatever it is now."""
    with inventory.opened(config.private) as database:
        return {row["path"] for row in database.execute("SELECT path FROM files")}


def _earlier(config: Config) -> list[ReleasedInstance]:
    path = record_path(config)
    return ReleaseRecord.load(path).files if path.is_file() else []


def _described(file: CleanedFile, data: bytes) -> ReleasedInstance:
    return ReleasedInstance(
        path=(HOME / (file.patient or UNFILED) / file.name).as_posix(),
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        kind=file.kind,
        patient=file.patient,
        original=file.path,
    )


def _place(source: Path, staged: Path, home: Path) -> None:
    shutil.copyfile(source, staged)
    staged.chmod(0o644)
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    home.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(home)


def _remove(root: Path, paths: Iterable[str]) -> None:
    for path in sorted(paths):
        (root / path).unlink(missing_ok=True)
        for folder in ((root / path).parent, root / HOME):
            with suppress(OSError):
                folder.rmdir()
