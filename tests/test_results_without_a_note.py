"""What a power cut or a kill leaves: results that Snakemake has no note of, and a lock on another machine."""

import base64
import fcntl
import os
from pathlib import Path

import pytest
from many import write_studies

from cleanroom import config, forgotten
from cleanroom.atomic import settle
from cleanroom.errors import StopRun
from cleanroom.start import start


@pytest.fixture
def settings(tmp_path: Path) -> config.Config:
    """Folders of a run that was cut off: one study, each of its records with some content."""
    settings = config.load({"input": tmp_path, "private": tmp_path / "private", "output": tmp_path / "out"})
    study, work = settings.private / "studies" / "S1", settings.private / "work" / "S1"
    for folder in (study / "pictures", work / "encoded", work / "tools" / "1", settings.output / "report"):
        folder.mkdir(parents=True)
    for name in ("clean.json", "encoded.json", "verdict.json", "released.json"):
        (study / name).write_text("{}")
    for path in (settings.private / "studies.tsv", settings.output / "report" / "report.json"):
        path.write_text("told")
    return settings


def named(folder: Path, result: Path, content: str) -> Path:
    """A note as Snakemake names it: long names are cut into folders."""
    name = base64.urlsafe_b64encode(str(result).encode()).decode()
    pieces = [name[place : place + 254] for place in range(0, len(name), 254)]
    note = folder.joinpath(*(f"@{piece}" for piece in pieces[:-1]), pieces[-1])
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(content)
    return note


def standing(settings: config.Config) -> set[str]:
    """Names of the files that are there."""
    return {
        path.name for top in (settings.private, settings.output) for path in top.rglob("*") if path.is_file()
    }


def old(settings: config.Config) -> set[str]:
    """Names of the files that are older than any input."""
    return {path.name for path in settings.private.rglob("*") if path.is_file() and path.stat().st_mtime == 1}


def test_what_has_a_note_stays(settings: config.Config, tmp_path: Path) -> None:
    before = standing(settings)
    for path in [*settings.private.rglob("*.json"), settings.private / "studies.tsv"]:
        named(tmp_path / "metadata", path, '{"rule": "it"}')
    assert forgotten.make_again(tmp_path, settings) == 0
    assert forgotten.make_again(tmp_path / "none", settings) == 0
    assert standing(settings) == before
    assert old(settings) == set()


@pytest.mark.parametrize("content", ["", '{"rule": "it"', "\0\0\0"])
def test_what_lost_its_note_is_made_again(settings: config.Config, tmp_path: Path, content: str) -> None:
    before = standing(settings)
    lost = [settings.private / "studies.tsv", settings.private / "studies" / "S1" / "clean.json"]
    lost += [settings.private / "work" / "S1" / "tools" / "1", settings.output / "report" / "index.html"]
    notes = [named(tmp_path / "metadata", path, content) for path in lost]
    assert forgotten.make_again(tmp_path, settings) == 4
    assert before - standing(settings) == {"studies.tsv", "report.json"}
    assert old(settings) == {"clean.json"}
    assert not lost[2].exists()
    assert not any(note.exists() for note in notes)


def test_one_of_two_notes_is_lost(settings: config.Config, tmp_path: Path) -> None:
    """Snakemake then compares nothing, or takes the inputs for unchanged by the note that is left."""
    record = settings.private / "studies" / "S1" / "encoded.json"
    folder = settings.private / "work" / "S1" / "encoded"
    left = named(tmp_path / "metadata", record, '{"rule": "encode"}')
    other = named(tmp_path / "metadata", record.with_name("clean.json"), '{"rule": "clean"}')
    named(tmp_path / "metadata", folder, "")
    assert forgotten.make_again(tmp_path, settings) == 1
    assert old(settings) == {"encoded.json"}
    assert folder.is_dir()
    assert (left.exists(), other.exists()) == (False, True)


def test_the_memory_of_a_release_and_its_verdict_stay(settings: config.Config, tmp_path: Path) -> None:
    names = {"released.json", "verdict.json"}
    for name in names:
        named(tmp_path / "metadata", settings.private / "studies" / "S1" / name, "")
    assert forgotten.make_again(tmp_path, settings) == 2
    assert old(settings) == names


def test_jobs_that_were_killed_before_they_were_noted(settings: config.Config, tmp_path: Path) -> None:
    """The process that wrote the folder may still be at work in it; half a round of a tool goes."""
    record = settings.private / "studies" / "S1" / "encoded.json"
    tool = settings.private / "work" / "S1" / "tools" / "1"
    for path in (record, settings.private / "work" / "S1" / "encoded", tool):
        named(tmp_path / "incomplete", path, "")
    assert forgotten.make_again(tmp_path, settings) == 2
    assert old(settings) == {"encoded.json"}
    assert (settings.private / "work" / "S1" / "encoded").is_dir()
    assert not tool.exists()


def test_what_does_not_belong_to_the_run_stays(settings: config.Config, tmp_path: Path) -> None:
    for name in ("metadata", "incomplete"):
        named(tmp_path / name, tmp_path / "precious.json", "")
    (tmp_path / "metadata" / "not a name").touch()
    (tmp_path / "precious.json").write_text("told")
    assert forgotten.make_again(tmp_path, settings) == 0
    assert (tmp_path / "precious.json").stat().st_mtime > 1


def test_a_long_name_is_put_together(settings: config.Config, tmp_path: Path) -> None:
    far = settings.private.joinpath(*("x" * 100 for _ in range(4)))
    far.mkdir(parents=True)
    (far / "told.json").write_text("{}")
    named(tmp_path / "metadata", far / "told.json", "")
    assert forgotten.make_again(tmp_path, settings) == 1
    assert old(settings) == {"told.json"}


def test_a_disk_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    settle(tmp_path, Path("/proc/self"))
    with pytest.raises(FileNotFoundError):
        settle(tmp_path / "none")


def test_another_machine_holds_private(tmp_path: Path) -> None:
    """On NFS the lock on the folder is not seen by other machines, that on the file is."""
    write_studies(tmp_path / "in", 1)
    (tmp_path / "private").mkdir(mode=0o700)
    handle = os.open(tmp_path / "private" / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    values = {"input": tmp_path / "in", "private": tmp_path / "private", "output": tmp_path / "out"}
    with pytest.raises(StopRun, match="Another run is at work"):
        start(values, main=True)
    os.close(handle)
