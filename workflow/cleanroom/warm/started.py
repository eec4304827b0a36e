"""Starts the warm process beside a run."""

import atexit
import os
import secrets
import subprocess
import sys

from cleanroom import warm

_ONE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""As Snakemake gives a job of one thread."""


def start() -> None:
    """Have a process ready for the jobs of this run; it ends with it, and imports nothing before a job."""
    if sys.platform != "linux":
        return
    os.environ[warm.NAME] = f"cleanroom-{secrets.token_hex(16)}"
    process = subprocess.Popen(
        [sys.executable, "-m", "cleanroom.warm.server"], env={**os.environ, **_ONE}, stdin=subprocess.DEVNULL
    )
    atexit.register(_stop, process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait()
