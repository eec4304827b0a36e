"""``make bench``: the first entries; each a table whose last column is the ratio to the floor."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.face_costs import face_costs
from bench.headers import cores, headers, large
from bench.measured import Cost
from bench.one_frame import one_frame
from bench.stages import stages, tree

if TYPE_CHECKING:
    from bench.words import Recall, Speed

REAL = Path.home() / ".cache" / "cleanroom-test-data" / "mr_philips_mprage_face"


def main() -> int:
    """Measure header cleaning beside others, and the line on a real scan, else on the generated sample."""
    os.environ["PYTHONPATH"] = f"workflow{os.pathsep}tests{os.pathsep}."
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as where they are installed
    if "words" in sys.argv[1:]:
        from bench.words import recall, speed  # noqa: PLC0415 - a large parent would count as every child's memory

        show_words(speed(), recall())
        return 0
    if "writing" in sys.argv[1:]:
        show_writing()
        return 0
    if sys.argv[1:2] in (["fuzz"], ["kills"], ["nfs"], ["power"], ["scale"]):
        command = [sys.executable, "-m", f"bench.{sys.argv[1]}", *sys.argv[2:]]
        return subprocess.run(command, check=False).returncode
    show("200 CT of 512 x 512 with 258 elements, headers only", headers())
    show("2,000 of them", cores())
    show("one multi-frame file of 2 GB", large())
    subprocess.run([sys.executable, "-m", "bench", "words"], check=True)
    for name in ("fuzz", "kills", "scale"):
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False)
    if REAL.is_dir():
        show("one face, 1 mm T1 of 170 slices", face_costs())
        show("a study in one frame of reference: the step deface", one_frame())
        show("Philips T1, 170 slices of 256 x 256, the whole line", stages(REAL))
        show("the same as a BIDS tree", tree(REAL))
        return 0
    from cleanroom.sample import write_sample  # noqa: PLC0415 - a large parent would count as every child's memory

    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder) / "input")
        show("the generated sample, the whole line", stages(Path(folder) / "input"))
    return 0


def show_writing() -> None:
    """What writing back costs."""
    from bench.writing import large as large_file  # noqa: PLC0415 - as above
    from bench.writing import writing  # noqa: PLC0415

    show("200 CT of 512 x 512, pixels of 120 covered: writing back", writing())
    show("one enhanced MR of 1 GB, 8,000 frames: writing back", large_file())


def show_words(speeds: dict[str, "Speed"], recalls: dict[str, "Recall"]) -> None:
    """Print what reading words takes, and what it finds."""
    print(f"{'words':44} {'CPU s':>8} {'aim s':>8} {'tesseract s':>12}")
    for name, one in speeds.items():
        print(f"{name:44} {one.seconds:8.2f} {one.aim:8.1f} {one.tesseract:12.2f}")
    print(f"{'text pixels covered, false boxes':44} {'ours':>8} {'false':>8} {'tesseract':>12} {'false':>8}")
    for name, row in recalls.items():
        print(f"{name:44} {row.ours:8.3f} {row.false:8.0f} {row.theirs:12.3f} {row.their_false:8.0f}")


def show(title: str, costs: dict[str, Cost]) -> None:
    """Print one table."""
    floor = next(iter(costs.values()))
    print(f"{title}\n{'stage':28} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'CPU/floor':>10}")
    for name, cost in costs.items():
        ratio = cost.cpu / floor.cpu
        print(f"{name:28} {cost.wall:8.2f} {cost.cpu:8.2f} {cost.peak_mb:8.0f} {ratio:10.1f}")


if __name__ == "__main__":
    sys.exit(main())
