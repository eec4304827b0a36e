"""A file may crash, hang or overfill the process that reads it: only that file is lost."""

import os
import time
from typing import Any

import pytest

from cleanroom.errors import SetAside
from cleanroom.files.covering import Beat
from cleanroom.files.worker import Worker


def work(job: str, beat: Beat) -> Any:
    """What a library may do."""
    if job == "crash":
        os.abort()
    if job == "hang":
        time.sleep(60)
    if job == "slow":
        for _ in range(4):
            time.sleep(0.5)
            beat()
    if job == "memory":
        return len(bytearray(20 * 1024**3))
    if job == "fail":
        raise RuntimeError("of Zwiebelhuber")
    return job.upper()


@pytest.mark.parametrize(
    ("job", "reason"),
    [("crash", "crash"), ("hang", "too long"), ("memory", "more memory"), ("fail", "RuntimeError")],
)
def test_the_next_file_is_done_all_the_same(job: str, reason: str) -> None:
    worker = Worker(work, patience=5 if job == "hang" else 60)
    try:
        with pytest.raises(SetAside, match=reason) as found:
            worker.do(job)
        assert "Zwiebelhuber" not in found.value.reason
        assert worker.do("next") == "NEXT"
    finally:
        worker.close()


def test_work_that_goes_on_is_not_interrupted() -> None:
    worker = Worker(work, patience=10)
    assert worker.do("slow") == "SLOW"
    worker.close()
