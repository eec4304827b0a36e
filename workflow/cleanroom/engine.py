"""Snakemake with tens of thousands of jobs: what it would spend for nothing is left out."""

import atexit
import gc
import heapq
from contextlib import suppress
from functools import lru_cache
from operator import attrgetter
from threading import Timer
from typing import Any

_ALLOCATIONS = 100_000
"""Between two looks for garbage; the usual 700 cost a sixth of the plan of 2,000 studies."""
_FUNCTIONS = 1000
_WAITS = "cleanroom_waits"
_CHOICE, _SLOTS = 32, 1000
"""From so many ready jobs the next are chosen, and two more for each slot; of slots so many count at most."""


def spare() -> None:
    """Look for garbage seldom, and make Snakemake (9.27) do once what it does for each job, and again.

    What is left at the end of the process is not looked through: a second with 1,000 studies.

    It asks for the parameters of the same few functions at each call of one. It writes out files, resources
    and command of each job of a dry run before its logger throws them away, which is what ``quiet: rules``
    of the profile, or ``--quiet all``, makes it do. Whenever a job ends, it weighs all that are ready, with
    the sizes of their files, and does so again a second later, and again each second after that: with a
    thousand studies a hundred times a second in the end, which takes more than the jobs do.
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 50, 100)
    atexit.register(gc.freeze)
    atexit.register(gc.disable)
    with suppress(ImportError, AttributeError):  # in another Snakemake: as slow as it is
        _replace()


def _replace() -> None:
    from snakemake import common, rules  # noqa: PLC0415 - there only inside Snakemake
    from snakemake.executors.dryrun import Executor  # noqa: PLC0415
    from snakemake.scheduling.job_scheduler import JobScheduler  # noqa: PLC0415
    from snakemake.settings.enums import Quietness  # noqa: PLC0415

    parameters = lru_cache(_FUNCTIONS)(common.get_function_params)
    common.get_function_params = rules.get_function_params = parameters
    describe, silent = Executor.printjob, {Quietness.RULES, Quietness.ALL}

    def printjob(executor: Executor, job: Any) -> None:
        if silent.isdisjoint(executor.workflow.output_settings.quiet or ()):
            describe(executor, job)

    Executor.printjob = printjob
    JobScheduler.open_jobs = property(_urgent)
    JobScheduler._schedule_reevalutation = _look_again


def _look_again(scheduler: Any, seconds: float) -> None:
    """Weigh the ready jobs once more after so long; not for each job that ends."""
    if getattr(scheduler, _WAITS, False):
        return

    def look() -> None:
        setattr(scheduler, _WAITS, False)
        scheduler._open_jobs.release()

    setattr(scheduler, _WAITS, True)
    timer = Timer(seconds, look)
    timer.daemon = True
    timer.start()


def _urgent(scheduler: Any) -> list[Any]:
    """The ready jobs from which the next are chosen: by the priority of their rules, later steps first."""
    ready = scheduler.workflow.dag.ready_jobs
    slots = min(scheduler.resources.get(name, _SLOTS) for name in ("_cores", "_nodes"))
    most = _CHOICE + 2 * min(slots, _SLOTS)
    if scheduler.dryrun or len(ready) <= most:
        return list(ready)
    return heapq.nlargest(most, ready, key=attrgetter("priority"))
