"""The step: pictures and PDFs that passed go to ``release/other``, and those that did not go out of it."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from cleanroom import holdings
from cleanroom.config import Config
from cleanroom.files.batch import FOLDER
from cleanroom.files.belonging import UNFILED
from cleanroom.hashed import hashed
from cleanroom.intake import inventory
from cleanroom.records import CleanedFile, FilesRecord, FilesVerdict, ReleasedInstance, ReleaseRecord
from cleanroom.tree import remove_empty

HOME = Path("other")


def record_path(config: Config) -> Path:
    """Where the step leaves its record."""
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
    known = holdings.load(config, holdings.FILES)
    present = _present(config)
    described = [_described(file, folder / "cleaned" / file.name) for file in passed]
    stays = [item for item in known.standing(root).files if item.original not in present]
    record = ReleaseRecord(set_aside=[*text.set_aside, *verdict.set_aside], files=[*stays, *described])
    holdings.expect(config, holdings.FILES, known, record.holding)
    for file, item in zip(passed, described, strict=True):
        _place(folder / "cleaned" / file.name, staging / file.name, root / item.path)
    kept = {item.path for item in record.files}
    _remove(root, {item.path for item in known.files} - kept)
    holdings.hold(config, holdings.FILES, record.holding)
    shutil.rmtree(staging)
    return record


def _present(config: Config) -> set[str]:
    """Every path of the input, whatever it is now."""
    with inventory.opened(config.private) as database:
        return {row["path"] for row in database.execute("SELECT path FROM files")}


def _described(file: CleanedFile, cleaned: Path) -> ReleasedInstance:
    return ReleasedInstance(
        path=(HOME / (file.patient or UNFILED) / file.name).as_posix(),
        sha256=hashed(cleaned),
        bytes=cleaned.stat().st_size,
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
        remove_empty((root / path).parent, root)
