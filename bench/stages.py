"""The stages of the line on one study, each in a process of its own, as the rules call them."""

import json
import os
import sys
import tempfile
from pathlib import Path

import dcm2niix

from bench.measured import Cost, measured
from cleanroom.study import BEFORE


def stages(source: Path) -> dict[str, Cost]:
    """Every stage's cost, after the floor's; the workflow as a whole last (``snakemake``, then ``no-op``)."""
    os.environ["PYTHONPATH"] = f"workflow{os.pathsep}."
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "floor").mkdir()
        costs = {
            "pydicom read + save": measured(
                sys.executable, "-m", "bench.floor", str(source), str(folder / "floor")
            )
        }
        costs |= _line(source, folder)
        costs |= _workflow(source, folder)
    return costs


def tree(source: Path) -> dict[str, Cost]:
    """What the BIDS tree of a study costs, after dcm2niix alone on the same released files (gzip inside)."""
    os.environ["PYTHONPATH"] = f"workflow{os.pathsep}."
    keep = {"rules": [{"tool": "none", "reason": "bench"}]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        step = _line(source, folder, release={"nifti": True}, faces=keep)["nifti"]
        (folder / "alone").mkdir()
        released = str(folder / "results" / "release" / "dicom")
        options = ("-b", "y", "-z", "i", "-f", "%s", "-o", str(folder / "alone"))
        return {"dcm2niix": measured(str(dcm2niix.bin), *options, released), "nifti": step}


def _line(source: Path, folder: Path, **values: object) -> dict[str, Cost]:
    config = folder / "config.json"
    places = {"input": str(source), "output": str(folder / "results"), "private": str(folder / "private")}
    config.write_text(json.dumps(places | values))
    command = (sys.executable, "-m", "cleanroom")
    costs = {"intake": measured(*command, "intake", "--config", str(config), "--threads", "2")}
    for step in BEFORE:
        for study in (folder / "private" / "studies.tsv").read_text().split()[1:]:
            costs[step] = measured(*command, step, "--config", str(config), "--study", study)
    measured(*command, "redact", "--config", str(config))
    costs["report"] = measured(*command, "report", "--config", str(config))
    return costs


def _workflow(source: Path, folder: Path) -> dict[str, Cost]:
    places = [f"{key}={folder / 'run' / key}" for key in ("output", "private")]
    arguments = ("--quiet", "all", "--config", f"input={source}", *places)
    call = (sys.executable, "-m", "snakemake", "--cores", "2", *arguments)
    return {"snakemake, all stages": measured(*call), "snakemake, nothing to do": measured(*call)}
