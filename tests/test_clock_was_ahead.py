"""A clock that was days ahead while a run was at work: what it wrote must not stop the next one."""

import os
import time
from pathlib import Path

from many import write_studies
from runs.tiny import beside, jump

from cleanroom import clock, config

DAYS = 3.0


def test_a_run_goes_on_after_the_clock_was_put_right(tmp_path: Path) -> None:
    write_studies(tmp_path / "input", 2, 2)
    whole, run = (beside(tmp_path, name, tmp_path / "input") for name in ("whole", "run"))
    whole.finish()
    (run.private / "key").write_bytes((whole.private / "key").read_bytes())
    (run.private / "key").chmod(0o600)
    run.finish("intake")
    jump(run, DAYS)
    assert "the clock was ahead" in run.finish()
    assert run.released() == whole.released()
    assert "the clock was ahead" not in run.finish()


def test_what_lies_in_the_past_keeps_its_time(tmp_path: Path) -> None:
    private = tmp_path / "private"
    (private / "logs" / "clean").mkdir(parents=True, mode=0o700)
    for name in ("then", "ahead"):
        (private / name).write_text("")
    os.utime(private / "then", (1e9, 1e9))
    values = {"input": tmp_path, "private": private, "output": tmp_path / "out"}
    settings = config.load(values)
    assert clock.overtake(settings) == 0
    later = time.time() + DAYS * 86400
    os.utime(private / "ahead", (later, later))
    assert clock.overtake(settings) == 1
    assert (private / "then").stat().st_mtime == 1e9
    assert (private / "ahead").stat().st_mtime < later
    assert clock.overtake(settings) == 0
