"""What is changed in Snakemake: it is still there to be changed, and chooses as it should."""

import subprocess
import sys
import time
from threading import Semaphore
from types import SimpleNamespace

import pytest
from snakemake import common, rules
from snakemake.executors.dryrun import Executor
from snakemake.scheduling.job_scheduler import JobScheduler
from snakemake.settings.enums import Quietness

from cleanroom import engine

PLACES = [
    (JobScheduler, "open_jobs"),
    (JobScheduler, "_schedule_reevalutation"),
    (Executor, "printjob"),
    (common, "get_function_params"),
    (rules, "get_function_params"),
]


@pytest.mark.parametrize(("owner", "name"), PLACES)
def test_snakemake_still_has_it(owner: object, name: str) -> None:
    assert hasattr(owner, name)


@pytest.mark.parametrize(
    ("quiet", "described"),
    [({Quietness.RULES, Quietness.HOST}, 0), ({Quietness.ALL}, 0), ({Quietness.HOST}, 1), (None, 1)],
)
def test_a_dry_run_describes_the_jobs_that_it_shows(
    monkeypatch: pytest.MonkeyPatch, quiet: set[Quietness] | None, described: int
) -> None:
    told: list[object] = []
    for owner, name in PLACES:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back after the test
    monkeypatch.setattr(Executor, "printjob", lambda _, job: told.append(job))
    engine._replace()
    settings = SimpleNamespace(output_settings=SimpleNamespace(quiet=quiet))
    Executor.printjob(SimpleNamespace(workflow=settings), "a job")
    assert len(told) == described


def scheduler(ready: int, *, cores: int = 2, dryrun: bool = False) -> SimpleNamespace:
    """With so many ready jobs, of priority 0 to 6."""
    found = [SimpleNamespace(priority=number % 7) for number in range(ready)]
    resources = {"_cores": cores, "_nodes": sys.maxsize, "_job_count": sys.maxsize}
    dag = SimpleNamespace(ready_jobs=found)
    return SimpleNamespace(workflow=SimpleNamespace(dag=dag), resources=resources, dryrun=dryrun)


def test_of_many_jobs_the_latest_steps_are_chosen_from() -> None:
    found = engine._urgent(scheduler(700))
    assert len(found) == 36
    assert {job.priority for job in found} == {6}


def test_of_few_jobs_all_are_chosen_from() -> None:
    assert len(engine._urgent(scheduler(36))) == 36
    assert len(engine._urgent(scheduler(0))) == 0


def test_many_slots_are_never_left_empty_for_want_of_a_choice() -> None:
    assert len(engine._urgent(scheduler(3000, cores=600))) == 1232
    assert len(engine._urgent(scheduler(9000, cores=sys.maxsize))) == 2032


def test_a_dry_run_sees_every_job() -> None:
    assert len(engine._urgent(scheduler(700, dryrun=True))) == 700


def test_one_look_again_is_under_way_at_a_time() -> None:
    looked = SimpleNamespace(_open_jobs=Semaphore(0))
    for _ in range(5):
        engine._look_again(looked, 0.05)
    assert looked._open_jobs.acquire(timeout=5)
    time.sleep(0.2)
    assert not looked._open_jobs.acquire(blocking=False)
    engine._look_again(looked, 0.05)
    assert looked._open_jobs.acquire(timeout=5)


@pytest.mark.parametrize("spared", [True, False])
def test_what_is_left_at_the_end_is_not_looked_through(spared: bool) -> None:
    tell = "atexit.register(gc.callbacks.append, lambda *_: print('looked'))"
    code = f"import atexit, gc; from cleanroom import engine; {'engine.spare();' if spared else ''} {tell}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ("looked" in done.stdout) is not spared
