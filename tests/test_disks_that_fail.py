"""A disk or network that fails while input is read: nothing is blamed on the file, the next call reads it.

Such a disk is not there: the opening of a file is made to fail as over NFS (a stand-in).
"""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from many import write_studies

from cleanroom import config, step
from cleanroom.config import Config
from cleanroom.encode import encode_study
from cleanroom.errors import StopRun
from cleanroom.intake import unread
from cleanroom.intake.inventory import opened
from cleanroom.intake.take_in import take_in
from cleanroom.records import EncodeRecord, Record
from cleanroom.study import Study

ERRORS = ["ESTALE", "EIO"]


@pytest.fixture
def made(tmp_path: Path) -> Config:
    write_studies(tmp_path / "in", 2, 2)
    (tmp_path / "private").mkdir(mode=0o700)
    places = {"input": tmp_path / "in", "private": tmp_path / "private", "output": tmp_path / "out"}
    return config.load(places)


def failing(monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> None:
    """Have the opening of files of this name fail."""
    real = Path.open

    def refuse(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.name == name:
            raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)), str(path))
        return real(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuse)


def listed(made: Config) -> list[tuple[str, ...]]:
    with opened(made.private) as database:
        query = "SELECT path, kind, study, series, number, reason FROM files ORDER BY path"
        return [tuple(row) for row in database.execute(query)]


@pytest.mark.parametrize("code", ERRORS)
def test_intake_tries_again(made: Config, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with monkeypatch.context() as disk:
        failing(disk, "0000010001", code)
        take_in(made)
    assert [row[5] for row in listed(made)] == ["", "", "", unread.NOT_READ]
    assert unread.token(made.private), "the next run looks again, though the input is the same"
    take_in(made)
    mended = listed(made)
    (made.private / "inventory.sqlite").unlink()
    take_in(made)
    assert mended == listed(made)
    assert {row[5] for row in mended} == {""}


@pytest.mark.parametrize("code", ERRORS)
def test_a_step_leaves_no_record(made: Config, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    study = Study(made, take_in(made)[0])
    with monkeypatch.context() as disk:
        failing(disk, Path(study.instances[1].path).name, code)
        with pytest.raises(StopRun, match=rf"failed while the input was read \({code}\)"):
            step.run("clean", study)
    assert not study.record_path("clean").exists()
    step.run("clean", study)
    assert study.record_path("clean").exists()


def test_a_file_that_was_changed_or_is_gone(made: Config) -> None:
    study = Study(made, take_in(made)[0])
    path = made.input / study.instances[0].path
    before = path.stat()
    os.utime(path, (2e9, 2e9))
    with pytest.raises(StopRun, match="was changed or cannot be reached") as caught:
        step.run("clean", study)
    assert path.name not in str(caught.value)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    step.run("clean", study)
    path.unlink()
    with pytest.raises(StopRun):
        step.run("redact", study)
    assert not study.record_path("redact").exists()


def test_what_a_step_takes_is_taken_away(made: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    study = Study(made, take_in(made)[0])
    for name in ("clean", "redact", "convert", "deface"):
        step.run(name, study)
    headers = study.work / "headers.zip"
    held = headers.read_bytes()

    def withdrawn(study: Study) -> Record:
        headers.unlink()
        return encode_study(study)

    with monkeypatch.context() as share:
        share.setattr("cleanroom.encode.encode_study", withdrawn)
        with pytest.raises(StopRun, match=r"taken away while a step was at work: 1, headers\.zip"):
            step.run("encode", study)
    assert not study.record_path("encode").exists()
    headers.write_bytes(held)
    step.run("encode", study)
    assert not EncodeRecord.load(study.record_path("encode")).set_aside


def test_the_folder_of_a_study_is_taken_away(made: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    study = Study(made, take_in(made)[0])

    def withdrawn(_: Study) -> Record:
        shutil.rmtree(study.work)
        (study.work / "documents" / "1.pdf").write_bytes(b"")
        return Record()

    with monkeypatch.context() as share:
        share.setattr("cleanroom.redact.decide_study", withdrawn)
        with pytest.raises(StopRun, match="taken away"):
            step.run("redact", study)
    assert not study.record_path("redact").exists()


def test_private_may_not_be_read_for_a_while(made: Config) -> None:
    study = Study(made, take_in(made)[0])
    withheld = PermissionError(errno.EACCES, "withheld", str(study.work / "headers.zip"))

    def refused(_: Study) -> Record:
        raise withheld

    with pytest.raises(StopRun, match="may not be read"):
        step.guarded(refused, "redact", study)
    withheld.filename = "/elsewhere"
    assert step.guarded(refused, "redact", study).set_aside
