"""Parts of one run at the same time: who is in which, who may work beside whom, how much each needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from many import write_studies

import cleanroom
from cleanroom import config, folders
from cleanroom.errors import StopRun
from cleanroom.intake.loads import Load, read_loads
from cleanroom.intake.take_in import take_in
from cleanroom.progress import Progress
from cleanroom.records import ReleaseRecord, SetAsideRow
from cleanroom.shard import number, part
from cleanroom.start import start

HOLD = (
    "import sys; from pathlib import Path; from cleanroom import lock; lock.hold(Path(sys.argv[1]), False);"
    "{then} print('held', flush=True); input()"
)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> config.Config:
    """Thirty tiny studies after intake, each of another patient."""
    folder = tmp_path_factory.mktemp("parts")
    write_studies(folder / "in", 30)
    settings = config.load({"input": folder / "in", "private": folder / "private", "output": folder / "out"})
    settings.private.mkdir(mode=0o700)
    assert len(take_in(settings)) == 30
    return settings


def test_every_study_is_in_one_part(taken: config.Config) -> None:
    loads = read_loads(taken.private)
    parts = [part(config.load({"shard": f"{n}/4"}), loads) for n in range(1, 5)]
    assert sorted(study for found in parts for study in found) == sorted(loads)
    assert min(map(len, parts)) > 0
    one = Load("PSAME", 1, 1)
    assert len({number(load.patient, 50) for load in (one, Load("PSAME", 2, 2))}) == 1


def test_beside_a_whole_run_nothing_runs(taken: config.Config) -> None:
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(then=""), str(taken.private)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(Path(cleanroom.__file__).parents[1])},
    )
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    values = {name: str(getattr(taken, name)) for name in ("input", "private", "output")}
    with pytest.raises(StopRun, match="Another run is at work"):
        start(values, main=True)
    held.kill()
    held.communicate()
    start(values, main=True)  # the kernel let go


def test_what_a_run_needs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 38e9}))
    settings = config.load({"private": tmp_path / "private", "output": tmp_path / "out"})
    with pytest.raises(StopRun, match=r"needs about 41.8 GB for output and private, 38.0 GB are free"):
        folders.check_space(settings, 11_000_000_000)


def test_a_container_sees_the_folders_of_the_config(
    taken: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPTAINER_BIND", "/opt/site")
    link = tmp_path / "export"
    link.symlink_to(taken.input)
    folders.bind(taken.model_copy(update={"input": link}))
    binds = os.environ["APPTAINER_BIND"].split(",")
    assert binds[0] == "/opt/site"
    assert f"{taken.input.resolve()}:{link}:ro" in binds
    assert f"{taken.private.resolve()}:{taken.private}:rw" in binds


def test_one_line_says_how_far_a_run_is(tmp_path: Path) -> None:
    for name in ("SA", "SB", "SC"):
        (tmp_path / "studies" / name).mkdir(parents=True)
    follower = Progress(tmp_path, ["SA", "SB", "SC"])
    assert follower.line() == "0 of 3 studies done, 0 of them with something set aside"
    row = SetAsideRow(series="E", step="verify", reason="words")
    for name, rows in (("SA", []), ("SB", [row])):
        record = ReleaseRecord(set_aside=rows)
        (tmp_path / "studies" / name / "released.json").write_text(json.dumps(record.model_dump()))
    assert follower.line().startswith("2 of 3 studies done, 1 of them with something set aside; ")
    assert follower.line().endswith(" left")
