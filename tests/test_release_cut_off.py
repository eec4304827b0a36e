"""A release that was cut off while it moved files in: the next one knows of all that may stand there."""

import csv
import os
import shutil
from pathlib import Path

import pytest
from many import write_studies

from cleanroom import config, holdings, release, step
from cleanroom.config import Config
from cleanroom.hashed import hashed
from cleanroom.intake.take_in import take_in
from cleanroom.records import VerifyRecord
from cleanroom.report import report
from cleanroom.study import BEFORE, Study

STUDIES = 2


class PowerCutError(BaseException):
    """What nothing catches."""


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Two studies of one file, released."""
    write_studies(tmp_path / "in", STUDIES)
    settings = config.load(
        {"input": tmp_path / "in", "private": tmp_path / "private", "output": tmp_path / "out"}
    )
    settings.private.mkdir(mode=0o700)
    for study in studies(settings):
        step.run("release", study)
    return settings


def studies(settings: Config) -> list[Study]:
    """Take the input to the gate."""
    found = [Study(settings, name) for name in take_in(settings)]
    for study in found:
        for name in BEFORE["release"]:
            step.run(name, study)
    return found


def standing(settings: Config) -> dict[str, str]:
    """Path → SHA-256 of what is held, which has to be what is there."""
    root = settings.output / "release"
    held = {file.path: file.sha256 for holding in holdings.every(settings) for file in holding.files}
    there = {path.relative_to(root).as_posix(): hashed(path) for path in root.rglob("*.dcm")}
    assert held == there
    return held


def cut_off(study: Study, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Release a study, and cut it off before a function of the step."""

    def cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr(release, where, cut)
        with pytest.raises(PowerCutError):
            step.run("release", study)
    study.record_path("release").unlink(missing_ok=True)  # as Snakemake did before


MOMENTS = ["_swap", "take_out"]
"""Before the first file is moved in, and after the last."""


@pytest.mark.parametrize("where", MOMENTS)
def test_what_stands_is_known_and_the_next_release_ends_it(
    settings: Config, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = standing(settings)
    other = settings.model_copy(update={"profile": "basic"})
    first, _ = studies(other)
    cut_off(first, monkeypatch, where)
    assert len(holdings.load(settings, first.pseudonym).versions) == 2
    now = standing(settings)
    assert (now == before) == (where == "_swap")
    assert now.keys() == before.keys()
    step.run("release", first)
    assert len(holdings.load(settings, first.pseudonym).versions) == 1
    assert sum(standing(settings)[path] != before[path] for path in before) == 1


@pytest.mark.parametrize("where", MOMENTS)
def test_it_was_moved_in_for_the_first_time_and_is_set_aside_now(
    tmp_path: Path, settings: Config, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    write_studies(tmp_path / "in", 1, first=STUDIES)
    new = next(study for study in studies(settings) if not study.record_path("release").exists())
    cut_off(new, monkeypatch, where)
    assert (len(standing(settings)) > STUDIES) == (where != "_swap")
    (numbers,) = VerifyRecord.load(new.record_path("verify")).passed.values()
    assert numbers
    VerifyRecord().save(new.record_path("verify"))
    step.run("release", new)
    assert len(standing(settings)) == STUDIES


@pytest.mark.parametrize("where", MOMENTS)
def test_its_original_leaves_the_input_before_the_next_run(
    tmp_path: Path, settings: Config, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    write_studies(tmp_path / "in", 1, first=STUDIES)
    before = set(take_in(settings))
    new = next(study for study in studies(settings) if not study.record_path("release").exists())
    cut_off(new, monkeypatch, where)
    (path,) = (tmp_path / "in").rglob(f"{STUDIES:06d}*")
    path.unlink()
    assert set(take_in(settings)) < before
    report(settings, partial=True)
    with (settings.output / "release" / "manifest.tsv").open() as file:
        listed = {row["path"]: row["sha256"] for row in csv.DictReader(file, delimiter="\t")}
    assert listed == standing(settings)
    assert len(listed) == STUDIES + (where != "_swap")


def test_two_releases_side_by_side_leave_each_other_their_folders(settings: Config) -> None:
    """Each takes empty folders away that the other may be about to use."""
    found = studies(settings)
    for _ in range(20):
        children = []
        for study in found:
            if not (child := os.fork()):
                try:
                    release.release_study(study)
                    os._exit(0)
                finally:
                    os._exit(1)
            children.append(child)
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * STUDIES
    assert len(standing(settings)) == STUDIES


def test_what_an_earlier_version_released_is_taken_over(settings: Config) -> None:
    before = standing(settings)
    shutil.rmtree(settings.private / "holdings")
    holdings.adopt(settings)
    assert standing(settings) == before
    (settings.private / "holdings" / f"{next(iter(before)).split('/')[2]}.json").unlink()
    holdings.adopt(settings)
    assert len(holdings.names(settings)) == STUDIES - 1
