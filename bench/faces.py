"""``python -m bench.faces [most]``: difficult heads; right, set aside, or wrong and released.

Each call goes on where the last one stopped; ``bench/results/faces/builtin.jsonl`` holds what was found.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from subprocess import run
from typing import Any

import dcm2niix
import numpy as np
from numpy.typing import NDArray

from bench.stress import Head, changes
from bench.true_face import facial_skin, truth
from cleanroom.deface.builtin import AIR_HU, face_mask, skin
from cleanroom.deface.candidate import unfit
from cleanroom.deface.engines import located
from cleanroom.deface.judgement import Judgement, judged
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.measures import Measures, measured
from cleanroom.deface.volumes import read
from cleanroom.isotropic import isotropic

DATA = Path.home() / ".cache" / "cleanroom-test-data"
RESULTS = Path("bench/results/faces")
RECORD = RESULTS / "builtin.jsonl"
REMOVED = 0.95
"""This part of the facial skin must go."""
NO_SKIN = 100
"""Fewer voxels of 2 mm (4 square centimetres) of facial skin in view: there is no face to remove."""
Judge = Callable[[Measures], Judgement]


def main(most: int = 320) -> int:
    """Judge the next volumes, as many as asked, and print the table of all that were judged so far."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    found = recorded()
    done = {(row["head"], row["change"]) for row in found}
    with RECORD.open("a") as out:
        for name, change in [task for task in tasks() if task not in done][:most]:
            row = looked(name, change)
            out.write(json.dumps(row) + "\n")
            out.flush()
            found.append(row)
    show(found)
    return 0


def tasks() -> list[tuple[str, str]]:
    """Head and change, 320; any first forty hold every change, and every head five times."""
    names, kinds = [row[0] for row in _rows()], list(changes())
    return [
        (names[(turn + number) % len(names)], change)
        for turn in range(len(names))
        for number, change in enumerate(kinds)
    ]


def recorded() -> list[dict[str, Any]]:
    """What was found so far."""
    return [json.loads(line) for line in RECORD.read_text().splitlines()] if RECORD.exists() else []


def looked(name: str, change: str) -> dict[str, Any]:
    """One difficult head through ``builtin``: pose and measures, and what its mask would cover."""
    return {"head": name, "change": change} | judging(changes()[change](untouched(name)))


def judging(head: Head) -> dict[str, Any]:
    """The same of any head.

    The mask is made even where the volume would be set aside, so that other bounds can be tried on it.
    """
    row: dict[str, Any] = {"measures": {}, "skin": 0, "seconds": 0.0, "removed": 0.0, "brain": 0}
    row["unfit"] = unfit(head.data.shape, head.affine)
    if row["unfit"]:
        return row
    values = np.nan_to_num(head.data)
    began = time.process_time()
    copy = isotropic(np.maximum(values, AIR_HU) if head.modality == "CT" else values, head.affine)
    try:
        pose = located(copy)
    except RuntimeError:
        return row | {"unfit": "the template head could not be laid onto the volume"}
    measures = measured(copy, pose, Extent())
    mask = carried((head.data.shape[0], *head.data.shape[1:]), head.affine, pose, Extent(), skin(copy, pose))  # type: ignore[arg-type]
    row["seconds"] = round(time.process_time() - began, 1)
    row |= truth(head, facial_skin(head), mask) | {
        "pose": pose.to_template.tolist(),
        "information": pose.information,
    }
    return row | {"apart_mm": pose.apart_mm, "measures": measures.rounded()}


def verdict(row: dict[str, Any], judge: Judge = judged) -> str:
    """``right``, ``set aside`` or ``wrong``."""
    decision = "unsure" if row["unfit"] else judge(Measures(**row["measures"])).decision
    if decision == "unsure":
        return "set aside"
    if row["skin"] < NO_SKIN:
        return "wrong" if decision == "face" and row["brain"] else "right"
    return "right" if decision == "face" and good(row) else "wrong"


def good(row: dict[str, Any]) -> bool:
    """Whether the mask is what it has to be."""
    return bool(row["removed"] >= REMOVED and not row["brain"])


@cache
def untouched(name: str) -> Head:
    """A head as it was scanned, with the pose that was looked at."""
    path, modality = volume(name)
    data, affine = read(path)
    assert data is not None
    data = np.nan_to_num(data)
    if modality == "CT":
        data = np.maximum(data, -1000)
    return Head(data, affine, modality, np.eye(4), reference(name))


def reference(name: str) -> NDArray[np.float64]:
    """Where the template lies on an untouched head; made once, to be looked at."""
    path = RESULTS / f"{name}.npy"
    if not path.exists():
        file, modality = volume(name)
        data, affine = read(file)
        assert data is not None
        result = face_mask(np.nan_to_num(data), affine, modality, Extent())
        assert result.pose is not None, f"{name}: {result.reason}"
        np.save(path, result.pose.to_template)
    return np.asarray(np.load(path), np.float64)


def volume(name: str) -> tuple[Path, str]:
    """A head converted by dcm2niix, once, and its modality."""
    _, folder, series, modality = next(row for row in _rows() if row[0] == name)
    made = RESULTS / "volumes" / folder
    if not made.exists():
        made.mkdir(parents=True)
        run(
            [dcm2niix.bin, "-z", "n", "-b", "n", "-f", "%s", "-o", made, DATA / folder],
            check=True,
            capture_output=True,
        )
    found = sorted(made.glob(f"{series}*.nii"))
    tilted = [path for path in found if "_Tilt" in path.name]
    return (tilted or found)[0], modality


def _rows() -> Iterator[list[str]]:
    lines = Path("bench/heads.tsv").read_text().splitlines()[1:]
    yield from (line.split("\t") for line in lines)


def show(rows: Iterable[dict[str, Any]]) -> None:
    """Print the table: by change, and in all."""
    rows = [{"verdict": verdict(row)} | row for row in rows]
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["change"].split(" #")[0], []).append(row)
    print(f"{'heads':34} {'right':>6} {'aside':>6} {'wrong':>6} {'CPU s':>6}")
    for name, found in [*groups.items(), ("all", rows)]:
        count = Counter(row["verdict"] for row in found)
        seconds = float(np.median([row["seconds"] for row in found]))
        print(f"{name:34} {count['right']:6} {count['set aside']:6} {count['wrong']:6} {seconds:6.1f}")
    print(f"right: {sum(row['verdict'] == 'right' for row in rows) / max(1, len(rows)):.1%}")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 320))
