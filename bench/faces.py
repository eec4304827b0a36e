"""``python -m bench.faces``: difficult heads; right, set aside, or wrong and released."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from subprocess import run
from typing import Any

import dcm2niix
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bench.stress import Head, changes
from cleanroom.deface.anatomy import anatomy
from cleanroom.deface.builtin import face_mask
from cleanroom.deface.mask import Extent
from cleanroom.deface.surface import surface
from cleanroom.deface.volumes import read
from cleanroom.isotropic import Isotropic, isotropic

DATA = Path.home() / ".cache" / "cleanroom-test-data"
RESULTS = Path("bench/results/faces")
REMOVED = 0.95
"""This part of the facial skin must go."""
NO_SKIN = 100
"""Fewer voxels of 2 mm (4 square centimetres) of facial skin in view: there is no face to remove."""


def main(every: int = 1) -> int:
    """Judge every n-th volume and print the table."""
    os.environ["OMP_NUM_THREADS"] = "1"
    RESULTS.mkdir(parents=True, exist_ok=True)
    names = [row[0] for row in _rows()]
    for name in names:
        reference(name)
    tasks = [(name, change) for change in changes() for name in names][::every]
    with ProcessPoolExecutor(os.cpu_count()) as pool, (RESULTS / "builtin.jsonl").open("w") as out:
        found = []
        for row in pool.map(judged, tasks):
            found.append(row)
            out.write(json.dumps(row) + "\n")
            out.flush()
    show(found)
    return 0


def judged(task: tuple[str, str]) -> dict[str, Any]:
    """One difficult head through ``builtin``, and whether it came out right."""
    name, change = task
    head = changes()[change](untouched(name))
    began = time.process_time()
    result = face_mask(head.data, head.affine, head.modality, Extent())
    seconds = time.process_time() - began
    row = truth(head, result.mask)
    row |= {"head": name, "change": change, "decision": result.decision, "reason": result.reason}
    row |= {"seconds": round(seconds, 1), "measures": result.measures or {}, "verdict": verdict(row)}
    return row


def verdict(row: dict[str, Any]) -> str:
    """``right``, ``set aside`` or ``wrong``."""
    if row["decision"] == "unsure":
        return "set aside"
    faceless = row["skin"] < NO_SKIN
    gone = faceless or (row["decision"] == "face" and row["removed"] >= REMOVED)
    return "right" if gone and not row["brain"] else "wrong"


def truth(head: Head, mask: NDArray[np.uint8] | None) -> dict[str, Any]:
    """How much of the facial skin and of the brain a mask covers, by where the face truly is."""
    copy = isotropic(np.nan_to_num(head.data), head.affine)
    points = surface(copy).points
    region = _at(anatomy().face, points, head.to_template) < 0
    face = points[region]
    covered = np.zeros(len(face), bool)
    brain = 0
    if mask is not None:
        covered = _nearest(ndimage.binary_dilation(mask), head.affine, face)
        where = np.argwhere(mask) @ head.affine[:3, :3].T + head.affine[:3, 3]
        brain = int((_at(anatomy().brain, where, head.to_template) <= 0).sum())
    return {
        "skin": len(face),
        "removed": round(float(covered.mean()), 4) if len(face) else 1.0,
        "brain": brain,
    }


def _at(
    field: Isotropic, points: NDArray[np.float64], to_template: NDArray[np.float64]
) -> NDArray[np.float32]:
    place = points @ to_template[:3, :3].T + to_template[:3, 3]
    index = (place - field.origin) / field.mm
    return np.asarray(ndimage.map_coordinates(field.data, index.T, order=1, mode="nearest"))


def _nearest(
    mask: NDArray[np.bool_], affine: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.bool_]:
    back = np.linalg.inv(affine)
    voxel = np.rint(points @ back[:3, :3].T + back[:3, 3]).astype(np.intp)
    voxel = np.clip(voxel, 0, np.array(mask.shape) - 1)
    return np.asarray(mask[tuple(voxel.T)])


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
    rows = list(rows)
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
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
