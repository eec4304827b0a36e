"""Twenty thousand hostile files and odd series through the whole line; the parsers of our own by atheris.

``python -m bench fuzz [files] [seconds a parser]``: a fifth as many again are files of odd series.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fuzz.accounts import MEGABYTES, Outcome
from fuzz.targets import TARGETS

FILES, BATCH, SECONDS = 20_000, 500, 60
_LONGEST = 3600
_HEAD = ("hostile files", "CPU s", "peak MB", "released", "set aside", "broken")


def main(files: int = FILES, seconds: int = SECONDS) -> int:
    """Print a line a batch and a line a parser; 1 when one of them broke a promise."""
    wrong = 0
    print("{:>14} {:>8} {:>8} {:>9} {:>10} {:>7}".format(*_HEAD))
    for part, seed, count in batches(files):
        found = batch(count, seed, part)
        broken = [*found.failures, *found.slow, *(["memory"] if found.peak_mb > MEGABYTES else [])]
        wrong += len(broken)
        verdicts = (found.verdicts.get(name, 0) for name in ("released", "set_aside"))
        print(f"{found.files:14} {found.cpu:8.1f} {found.peak_mb:8.0f} ", end="")
        print("{:9} {:10} {:7}".format(*verdicts, len(broken)), *broken[:3], flush=True)
    for name in TARGETS:
        command = [sys.executable, "-m", "fuzz.guided", name, f"-max_total_time={seconds}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wrong += done.returncode != 0
        runs = [line for line in done.stderr.splitlines() if "Done " in line or "ERROR" in line]
        print(f"{name:28} {'; '.join(runs[-1:])}", flush=True)
    return int(wrong > 0)


def batches(files: int) -> Iterator[tuple[str, int, int]]:
    """What is tried, the seed, and how many files."""
    for part, count in (("all", files), ("odd", files // 5)):
        for seed in range(-(-count // BATCH)):
            yield part, seed, min(BATCH, count - seed * BATCH)


def batch(files: int, seed: int, part: str) -> Outcome:
    """One batch, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "fuzz.batch", folder, str(files), str(seed), part]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            return Outcome(files=files, failures=[f"batch {seed}: no end within an hour"])
    if done.returncode:
        Path(f"fuzz-{seed}.log").write_text(done.stderr)
        return Outcome(files=files, failures=[f"batch {seed}: ended with {done.returncode}"])
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
