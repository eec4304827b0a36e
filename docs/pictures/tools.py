"""``python docs/pictures/tools.py demo/input FOLDER [RESULTS]``: the generated head through the tools.

FOLDER is an installation whose ``bin`` has quickshear, and pydeface and FSL's flirt if they are there.
RESULTS has ``<tool>.nii`` of tools that ran before: they are not run again.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy as np
from make import HERE, Head, heads, row, stacked

from cleanroom import config
from cleanroom.config import SkinLeft
from cleanroom.deface.builtin import face_mask
from cleanroom.deface.fill import MODES
from cleanroom.deface.mask import Extent
from cleanroom.picture import middle
from cleanroom.tools.adopt import Adopted, Terms, adopt, volume_in, written
from cleanroom.tools.call import Call, Calls, Given, standard
from cleanroom.tools.regions import brain, inside
from cleanroom.tools.table import table

TOOLS = ("quickshear", "pydeface", "afni_refacer")
HEIGHT = 170


def taken(tool: str, head: Head, path: Path) -> tuple[Adopted, Adopted]:
    """What is taken of a tool's result: by itself, and with all that the builtin removes."""
    pose = face_mask(head.data, head.affine, "MR", Extent()).pose
    assert pose is not None
    given = Given.of(head.data, head.affine, table()[tool], "MR")
    alone = Terms(refaced=False, whole_head=False, left=SkinLeft(), ears=False)
    added = standard(head.mask, head.affine) > 0
    whole = Terms(refaced=False, whole_head=False, left=SkinLeft(), ears=True, added=added)
    return tuple(adopt(given, head.affine, path, pose, terms) for terms in (alone, whole))  # type: ignore[return-value]


def run(tool: str, head: Head, installed: Path, target: Path) -> None:
    """Run a tool on the head as a job does, and keep its result."""
    pose = face_mask(head.data, head.affine, "MR", Extent()).pose
    assert pose is not None
    given = Given.of(head.data, head.affine, table()[tool], "MR")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / tool).mkdir()
        given.save(folder / tool / "head.nii")
        here = inside(brain(), 0.5, given.data.shape, given.affine, pose).astype(np.uint8)
        nibabel.save(nibabel.Nifti1Image(here, given.affine), folder / tool / "head-brain.nii")
        settings = config.load({"private": folder, "tools": {tool: {"path": str(installed)}}})
        Calls(settings, tool, folder, folder / "out").write([Call("head", "remove", "T1", [])])
        subprocess.run(["sh", str(folder / f"{tool}.sh")], check=True)
        found = volume_in(written(folder / "out" / "head" / "work", table()[tool].patterns("remove")))
        nibabel.load(found).to_filename(target)


def main(source: Path, installed: Path, results: Path) -> int:
    """Make the picture."""
    head = heads(source, ("MR",))["MR"]
    at = middle(head.data, head.affine)
    words = {"before": "before"} | {mode: f"builtin\n{mode}" for mode in ("remove", *MODES)}
    rows = [row(head.made[name], head.affine, word, HEIGHT, at) for name, word in words.items()]
    for tool in TOOLS:
        path = results / f"{tool}.nii"
        if not path.is_file() and shutil.which(tool, path=installed / "bin"):
            run(tool, head, installed, path)
        if not path.is_file():
            continue
        for word, adopted in zip((tool, f"{tool}\ncomplete"), taken(tool, head, path), strict=True):
            print(word.replace("\n", " "), adopted.measures, adopted.doubts)
            cut = np.where(adopted.mask > 0, np.float32(0), head.data)
            rows.append(row(cut, head.affine, word, HEIGHT, at))
    stacked(rows).save(HERE / "tools-mr.png", optimize=True)
    return 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path([*sys.argv, scratch][3])))
