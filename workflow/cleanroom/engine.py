"""Snakemake with tens of thousands of jobs: what it would spend for nothing is left out."""

import gc
from functools import lru_cache
from typing import Any

_ALLOCATIONS = 100_000
"""Between two looks for garbage; the usual 700 cost a sixth of the plan of 2,000 studies."""
_FUNCTIONS = 1000


def spare() -> None:
    """Look for garbage seldom, and make Snakemake (9.27) do once what it does for each job.

    It asks for the parameters of the same few functions at each call of one. And it writes out files,
    resources and command of each job of a dry run before its logger throws them away, which is what
    ``quiet: rules`` of the profile makes it do.
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 50, 100)
    from snakemake import common, rules  # noqa: PLC0415 - there only inside Snakemake
    from snakemake.executors.dryrun import Executor  # noqa: PLC0415
    from snakemake.settings.enums import Quietness  # noqa: PLC0415

    parameters = lru_cache(_FUNCTIONS)(common.get_function_params)
    common.get_function_params = rules.get_function_params = parameters
    describe = Executor.printjob

    def printjob(executor: Executor, job: Any) -> None:
        if Quietness.RULES not in (executor.workflow.output_settings.quiet or ()):
            describe(executor, job)

    Executor.printjob = printjob
