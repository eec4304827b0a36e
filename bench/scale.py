"""What many studies cost: intake, planning, looking again, tables, and what follows for a cluster.

``python -m bench scale [studies] [run] [rows]``: so many tiny studies through intake and into parts of two
thousand; so many of them through whole runs on one core and on two; a table of so many instances.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runs.tiny import HERE, snakemake

from bench.measured import Cost, measured

STUDIES, RUN, ROWS = 100_000, 100, 10_000_000
SHARD = 2000
NODES, CORES = 100, 16
"""Of the cluster that is reckoned."""
_LOOKUPS = 20_000
_FIND = "SELECT pseudonym FROM crosswalk WHERE kind = 'instance' AND original = ?"


@dataclass(frozen=True)
class Place:
    """The folders of one run."""

    folder: Path

    def call(self, *arguments: str, cores: int = 1, work: str = "work", **config: str) -> Cost:
        """One call of Snakemake to its end."""
        folder = self.folder
        keys = {"input": folder / "input", "output": folder / "out", "private": folder / "private"} | config
        return measured(*snakemake(folder / work, *arguments, cores=cores, **keys))


def main(studies: int = STUDIES, run: int = RUN, rows: int = ROWS) -> None:
    """Print all tables."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, cost in intake(folder, studies):
            say(title, cost)
        for title, cost in planning(folder / f"intake{studies}", max(studies // SHARD, 1)):
            say(title, cost)
        one = list(runs(folder, run))
        for title, cost in one:
            say(title, cost)
        overhead(run, dict(one))
        table(folder, rows)


def say(title: str, cost: Cost) -> None:
    """One line."""
    print(f"{title:56} {cost.wall:9.2f} s {cost.cpu:9.2f} CPU s {cost.peak_mb:7.0f} MB", flush=True)


def intake(folder: Path, studies: int) -> Iterator[tuple[str, Cost]]:
    """A tenth of the studies and all of them; what a plain read of the same bytes takes; a second look."""
    for count in (studies // 10, studies):
        place = folder / f"intake{count}"
        write(place / "input", count)
        yield f"plain read of {count:,} files", python(_READ, str(place / "input"))
        (place / "private").mkdir(mode=0o700)
        config = place / "private" / "config.json"
        keys = {"input": place / "input", "private": place / "private", "output": place / "out"}
        config.write_text(json.dumps({key: str(value) for key, value in keys.items()}))
        yield f"headers of {count:,} files", python(_LOOK, str(place / "input"))
        command = (sys.executable, "-m", "cleanroom", "intake", "--config", str(config))
        yield f"intake of {count:,} studies", measured(*command)
        yield f"intake of {count:,} studies, again", measured(*command)


def planning(folder: Path, parts: int) -> Iterator[tuple[str, Cost]]:
    """The plan of one part, once all of the input was looked at."""
    place = Place(folder)
    yield "intake by Snakemake, nothing new", place.call("intake")
    yield f"dry run of part 1 of {parts}", place.call("--dry-run", "--quiet", "all", shard=f"1/{parts}")


def runs(folder: Path, studies: int) -> Iterator[tuple[str, Cost]]:
    """Whole runs on one core, looked at again, and on two."""
    for cores in (1, 2):
        place = folder / f"run{cores}"
        write(place / "input", studies)
        yield f"{studies:,} studies, {cores} core(s)", Place(place).call(cores=cores)
        if cores == 1:
            yield f"{studies:,} studies, {cores} core(s), nothing to do", Place(place).call(cores=cores)


def overhead(studies: int, costs: dict[str, Cost]) -> None:
    """What one study costs all in all where the tools have nothing to do, and what follows for a cluster."""
    once = costs[f"{studies:,} studies, 1 core(s), nothing to do"]
    one, two = (costs[f"{studies:,} studies, {cores} core(s)"] for cores in (1, 2))
    more = (one.cpu - once.cpu) / studies
    print(f"{'a study, all in all':56} {more:9.2f} CPU s")
    print(f"{'2 cores against 1: wall':56} {one.wall / two.wall:9.2f} x")
    hour = NODES * CORES * 3600 / more
    print(f"{f'{NODES} nodes of {CORES} cores, such studies an hour':56} {hour:9,.0f}")


def table(folder: Path, rows: int) -> None:
    """Rows into the inventory and out of it, first when it is small and then when it is large."""
    private = folder / "rows"
    private.mkdir(mode=0o700)
    path = private / "inventory.sqlite"
    batch = max(rows // 10, 1)
    from cleanroom.intake import inventory  # noqa: PLC0415 - a large parent would count as every child's memory

    for part in range(10):
        started = time.process_time()
        with inventory.opened(private) as base:
            base.executemany(
                "INSERT INTO crosswalk VALUES ('instance', ?, ?)",
                ((_uid(n), f"2.25.{n * 7919}") for n in range(part * batch, (part + 1) * batch)),
            )
        filled = time.process_time() - started
        if part in (0, 9):
            found = lookups(path, (part + 1) * batch)
            size = path.stat().st_size / (part + 1) / batch
            title = f"crosswalk of {(part + 1) * batch:,} instances"
            rates = f"{batch / filled:,.0f} rows in, {found:,.0f} found a CPU second, {size:.0f} bytes a row"
            print(f"{title:56} {rates}", flush=True)


def lookups(path: Path, rows: int) -> float:
    """How many of random instances are found in a second of CPU."""
    with sqlite3.connect(path) as base:
        started = time.process_time()
        for n in range(_LOOKUPS):
            one = _uid(n * 7_919 % rows)
            base.execute(_FIND, (one,)).fetchone()
        return _LOOKUPS / (time.process_time() - started)


def _uid(number: int) -> str:
    """Unordered, as the UIDs of an input are."""
    return f"1.2.826.0.1.3680043.8.498.{number * 2_654_435_761 % (1 << 32)}.{number}"


def write(folder: Path, studies: int) -> None:
    """So many tiny studies of one file."""
    command = [sys.executable, str(HERE / "tests" / "many.py"), str(folder), str(studies)]
    subprocess.run(command, check=True)


def python(code: str, *arguments: str) -> Cost:
    """What a piece of Python takes."""
    return measured(sys.executable, "-c", code, *arguments)


_READ = """
import sys
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*"):
    if path.is_file():
        path.read_bytes()
"""
_LOOK = """
import sys
from pathlib import Path
from cleanroom.intake.header import look
from cleanroom.intake.walk import walk
root = Path(sys.argv[1])
for entry in walk(root):
    look(root, entry.path, entry.bytes)
"""


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
