"""The kernel kills a program for want of memory: no fault of its file, and the next call does it again."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import dcm2niix
import hiding
import numpy as np
import pytest
from exports import instance, save
from tooled import COMMAND, head_in_series, taken

from cleanroom import killed, step
from cleanroom.__main__ import main
from cleanroom.config import Config, load
from cleanroom.errors import STOPPED, StopRun
from cleanroom.files import batch
from cleanroom.files import step as files
from cleanroom.files.covering import Beat
from cleanroom.intake import unread
from cleanroom.intake.take_in import take_in
from cleanroom.reading import tesseract
from cleanroom.records import FilesRecord, Record
from cleanroom.study import Study
from cleanroom.tools.ask import begin
from cleanroom.tools.state import calls_folder
from cleanroom.verify import conformance, geometry

KILLED = "#!/bin/sh\nkill -9 $$\n"


def program(path: Path, script: str = KILLED) -> Path:
    """A program that does as the script says."""
    path.write_text(script)
    path.chmod(0o755)
    return path


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """One series of one head, up to its volumes."""
    return taken(head_in_series(tmp_path / "export", ["head"]), tmp_path)


@pytest.mark.parametrize("number", ["KILL", "TERM", "ABRT"])
@pytest.mark.parametrize("shell", [True, False])
def test_a_crash_is_the_files_fault_and_a_kill_is_not(number: str, shell: bool) -> None:
    command = ["sh", "-c", f"kill -{number} $$"]
    status = subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", *command] if shell else command, check=False)
    assert killed.is_from_outside(status.returncode) is (number != "ABRT")


def test_half_a_volume_of_dcm2niix_is_no_volume(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Record.load(study.record_path("convert")).made.outputs
    assert whole
    study.record_path("convert").unlink()
    script = '#!/bin/sh\nshift 9\nhead -c 500 /dev/zero >"$1/1.nii"\nkill -9 $$\n'
    with monkeypatch.context() as patch:
        patch.setattr(dcm2niix, "bin", program(tmp_path / "dcm2niix", script))
        with pytest.raises(StopRun, match="dcm2niix was killed"):
            step.run("convert", study)
    assert not study.record_path("convert").exists()
    step.run("convert", study)
    assert Record.load(study.record_path("convert")).made.outputs == whole


def test_the_gate_does_not_judge_by_half_of_what_dcm2niix_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "released" / "1").mkdir(parents=True)
    monkeypatch.setattr(dcm2niix, "bin", program(tmp_path / "dcm2niix"))
    with pytest.raises(StopRun, match="dcm2niix was killed"):
        geometry.convert(tmp_path / "released", tmp_path / "after")


def test_a_second_reader_has_read_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "tesseract")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(StopRun, match="tesseract was killed"):
        tesseract.words(np.zeros((40, 60), np.uint8))


def test_dciodvfy_is_killed_by_us_or_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StopRun, match="dciodvfy was killed"):
        conformance.errors([str(program(tmp_path / "dying"))])
    monkeypatch.setattr(conformance, "SECONDS", 0.5)
    endless = program(tmp_path / "endless", "#!/bin/sh\nexec sleep 60\n")
    assert conformance.errors([str(endless)]) == {"no end of its answer"}


def test_a_step_that_swallows_it_leaves_no_record(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    study.record_path("convert").unlink()

    def swallowing(_: Study) -> Record:
        try:
            killed.check("a program", -signal.SIGKILL)
        except Exception:
            return Record()
        raise AssertionError

    monkeypatch.setattr("cleanroom.convert.convert_study", swallowing)
    with pytest.raises(StopRun, match="a program was killed"):
        step.run("convert", study)
    assert not study.record_path("convert").exists()


def test_a_tool_that_is_killed_fails_its_job(tmp_path: Path) -> None:
    source = head_in_series(tmp_path / "export", ["killed"])
    rules = [{"match": {}, "tool": "custom", "options": ["killed"], "fallback": "builtin"}]
    study = taken(source, tmp_path, faces={"rules": rules}, tools={"custom": {"command": COMMAND}})
    begin(study, 1)
    done = subprocess.run(
        ["sh", str(calls_folder(study, 1) / "custom.sh")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 137
    assert done.stdout.startswith(f"{STOPPED}custom was killed"), done.stdout


def test_intake_is_not_over_when_a_process_of_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save(instance(1), tmp_path / "input" / "IM1")
    places = {"input": tmp_path / "input", "private": tmp_path / "private", "output": tmp_path / "out"}
    settings = tmp_path / "config.json"
    settings.write_text(json.dumps({name: str(path) for name, path in places.items()}))
    command = ["intake", "--config", str(settings), "--threads", "2"]
    with monkeypatch.context() as patch:
        patch.setattr("cleanroom.intake.take_in._look", dying)
        assert main(command) == 1
    assert capsys.readouterr().err.startswith(f"{STOPPED}A process of the step was killed")
    assert not (places["private"] / "studies.tsv").exists()
    assert main(command) == 0
    assert len((places["private"] / "studies.tsv").read_text().split()) == 2


def dying(_job: Any, _beat: Beat) -> Any:
    """What the kernel does to a process that reads."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def pictures(tmp_path: Path) -> Config:
    """An input with one picture that may be released."""
    save(instance(1), tmp_path / "input" / "IM1")
    (tmp_path / "input" / "a.jpg").write_bytes(hiding.jpeg())
    places = {"input": tmp_path / "input", "private": tmp_path / "private", "output": tmp_path / "out"}
    places["private"].mkdir(mode=0o700)
    rule = [{"match": "*.jpg", "release": True, "reason": "drawings"}]
    config = load(places | {"pictures": rule})
    take_in(config)
    return config


@pytest.mark.parametrize(
    ("name", "work", "steps"),
    [
        ("text.json", "cleanroom.files.batch.clean", ["redact"]),
        ("verdict.json", "cleanroom.files.judged._judged", ["redact", "verify"]),
    ],
    ids=["redact", "verify"],
)
def test_a_picture_is_set_aside_until_the_next_call(
    pictures: Config, monkeypatch: pytest.MonkeyPatch, name: str, work: str, steps: list[str]
) -> None:
    folder = pictures.private / batch.FOLDER
    before = unread.token(pictures.private)
    with monkeypatch.context() as patch:
        patch.setattr(work, dying)
        for part in steps:
            files.run(part, pictures)
    (row,) = Record.load(folder / name).set_aside
    assert row.reason == unread.KILLED
    assert "memory" in row.fix
    assert unread.token(pictures.private) != before, "the next call has nothing to do"
    files.run("redact", pictures)
    files.run("verify", pictures)
    assert not Record.load(folder / "verdict.json").set_aside
    assert len(FilesRecord.load(folder / "text.json").files) == 1
