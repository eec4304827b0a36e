"""Whatever goes wrong in a step: the study is set aside and named, or the run stops with a fix."""

import errno
from pathlib import Path

import pytest
from exports import instance, save
from studies import taken_in

from cleanroom import step
from cleanroom.errors import SetAside, StopRun
from cleanroom.records import Record
from cleanroom.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Two series of one study."""
    save(instance(1), tmp_path / "input" / "a")
    save(instance(1, series="1.2.3.2"), tmp_path / "input" / "b")
    (found,) = taken_in(tmp_path / "input", tmp_path)
    return found


def failing(error: Exception) -> Record:
    """The record of a step that raises."""
    raise error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("Invented^Ines"), "redact failed (ValueError)"),
        (OSError(errno.EINVAL, "Invented^Ines"), "redact failed (OSError)"),
        (SetAside("it is too odd"), "it is too odd"),
    ],
)
def test_every_series_of_the_study_is_set_aside(study: Study, error: Exception, reason: str) -> None:
    record = step.guarded(lambda _: failing(error), "redact", study)
    assert {row.series for row in record.set_aside} == {item.series for item in study.instances}
    assert {row.reason for row in record.set_aside} == {reason}
    assert "Invented" not in record.model_dump_json()


def test_a_full_disk_stops_the_run_and_blames_no_study(study: Study) -> None:
    with pytest.raises(StopRun, match="No space left") as caught:
        step.guarded(lambda _: failing(OSError(errno.ENOSPC, "full")), "redact", study)
    assert "run the same command again" in caught.value.fix


def test_a_disk_that_fails_stops_the_job_and_blames_no_study(study: Study) -> None:
    with pytest.raises(StopRun, match="A disk or the network failed \\(ESTALE\\)") as caught:
        step.guarded(lambda _: failing(OSError(errno.ESTALE, "Invented^Ines")), "redact", study)
    assert "Invented" not in str(caught.value)
