"""``make bench``: the first entries; each a table whose last column is the ratio to the floor."""

import os
import sys
import tempfile
from pathlib import Path

from bench.headers import cores, headers, large
from bench.measured import Cost
from bench.stages import stages

REAL = Path.home() / ".cache" / "cleanroom-test-data" / "mr_philips_mprage_face"


def main() -> int:
    """Measure header cleaning beside others, and the line on a real scan, else on the generated sample."""
    os.environ["PYTHONPATH"] = f"workflow{os.pathsep}."
    show("200 CT of 512 x 512 with 258 elements, headers only", headers())
    show("2,000 of them", cores())
    show("one multi-frame file of 2 GB", large())
    if REAL.is_dir():
        show("Philips T1, 170 slices of 256 x 256, the whole line", stages(REAL))
        return 0
    from cleanroom.sample import write_sample  # noqa: PLC0415 - a large parent would count as every child's memory

    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder) / "input")
        show("the generated sample, the whole line", stages(Path(folder) / "input"))
    return 0


def show(title: str, costs: dict[str, Cost]) -> None:
    """Print one table."""
    floor = next(iter(costs.values()))
    print(f"{title}\n{'stage':28} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'CPU/floor':>10}")
    for name, cost in costs.items():
        ratio = cost.cpu / floor.cpu
        print(f"{name:28} {cost.wall:8.2f} {cost.cpu:8.2f} {cost.peak_mb:8.0f} {ratio:10.1f}")


if __name__ == "__main__":
    sys.exit(main())
