"""What de-facing takes of one series, and of six of one frame of reference."""

import json
import sys
import tempfile
from pathlib import Path

from framed import AXIAL, SAGITTAL, inverted, slices, turned, write

from bench.measured import Cost, measured

NOD = turned(1.0, (0.0, 0.5, -1.0))
"""The patient moved a little between the series."""


def one_frame() -> dict[str, Cost]:
    """The step ``deface`` of a T1-weighted volume of 1 mm; with five more series; each of them alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        t1 = slices(SAGITTAL, 256, 1.0, 176, 1.0)
        flair = inverted(slices(SAGITTAL, 256, 1.0, 176, 1.0, motion=NOD))
        axial = slices(AXIAL, 384, 0.6, 48, 4.0, motion=NOD)
        coarse = slices(AXIAL, 64, 3.6, 40, 4.0, motion=NOD)
        series = [(t1, 1.0), (flair, 1.0), (inverted(axial), 4.0), (axial, 4.0), (coarse, 4.0), (t1, 1.0)]
        for number, (cut, thickness) in enumerate(series, 1):
            values = {"series": f"1.2.3.{number}", "thickness": thickness}
            write(_folder(folder / "six"), cut, **values, SeriesDescription=f"series {number}")
            write(_folder(folder / f"alone{number}"), cut, **values, SeriesDescription=f"series {number}")
        alone = [deface(folder / f"alone{number}") for number in range(1, len(series) + 1)]
        cost = Cost(
            sum(one.wall for one in alone), sum(one.cpu for one in alone), max(one.peak_mb for one in alone)
        )
        return {"one series": alone[0], "six in one frame": deface(folder / "six"), "six, each alone": cost}


def _folder(run: Path) -> Path:
    source = run / "input"
    source.mkdir(parents=True, exist_ok=True)
    return source


def deface(run: Path) -> Cost:
    """The step in a process of its own, after those before it."""
    private = run / "private"
    private.mkdir(mode=0o700)
    file = private / "config.json"
    keys = {"input": run / "input", "private": private, "output": run / "out"}
    file.write_text(json.dumps({key: str(value) for key, value in keys.items()}))
    step = (sys.executable, "-m", "cleanroom")
    measured(*step, "intake", "--config", str(file))
    study = (private / "studies.tsv").read_text().split()[1]
    for name in ("redact", "convert"):
        measured(*step, name, "--config", str(file), "--study", study)
    return measured(*step, "deface", "--config", str(file), "--study", study)
