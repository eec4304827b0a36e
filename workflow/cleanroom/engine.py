"""Snakemake with tens of thousands of jobs: what it would spend for nothing is left out."""

import gc
from typing import Any

_ALLOCATIONS = 100_000
"""Between two looks for garbage; the usual 700 cost a sixth of the plan of 2,000 studies."""


def spare() -> None:
    """Look for garbage seldom, and describe the jobs of a dry run only where they are printed.

    Snakemake writes out files, resources and command of each job of a dry run before its logger throws them
    away (``Job.log_info``, 9.27), which takes a third of the time under ``quiet: rules``, the profile's.
    """
    from snakemake.executors.dryrun import Executor  # noqa: PLC0415 - there only inside Snakemake
    from snakemake.settings.enums import Quietness  # noqa: PLC0415

    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 50, 100)
    describe = Executor.printjob

    def printjob(executor: Executor, job: Any) -> None:
        if Quietness.RULES not in (executor.workflow.output_settings.quiet or ()):
            describe(executor, job)

    Executor.printjob = printjob
