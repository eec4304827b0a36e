"""``python docs/pictures/tools.py demo/input FOLDER``: the generated head through the tools that run here.

FOLDER is an installation whose ``bin`` has quickshear.
"""

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
from cleanroom.deface.mask import Extent
from cleanroom.tools.adopt import Adopted, Terms, adopt, volume_in, written
from cleanroom.tools.call import Call, Calls, Given, standard
from cleanroom.tools.regions import brain, inside
from cleanroom.tools.table import table

TOOL = "quickshear"


def sheared(head: Head, installed: Path) -> tuple[Adopted, Adopted]:
    """What is taken of quickshear's result: by itself, and with all that the builtin removes."""
    pose = face_mask(head.data, head.affine, "MR", Extent()).pose
    assert pose is not None
    given = Given.of(head.data, head.affine, table()[TOOL], "MR")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / TOOL).mkdir()
        given.save(folder / TOOL / "head.nii")
        here = inside(brain(), 0.5, given.data.shape, given.affine, pose).astype(np.uint8)
        nibabel.save(nibabel.Nifti1Image(here, given.affine), folder / TOOL / "head-brain.nii")
        settings = config.load({"private": folder, "tools": {TOOL: {"path": str(installed)}}})
        Calls(settings, TOOL, folder, folder / "out").write([Call("head", "remove", "T1", [])])
        subprocess.run(["sh", str(folder / f"{TOOL}.sh")], check=True)
        path = volume_in(written(folder / "out" / "head" / "work", table()[TOOL].patterns("remove")))
        alone = Terms(refaced=False, whole_head=False, left=SkinLeft(), ears=False)
        added = standard(head.mask, head.affine) > 0
        whole = Terms(refaced=False, whole_head=False, left=SkinLeft(), ears=True, added=added)
        return tuple(adopt(given, head.affine, path, pose, terms) for terms in (alone, whole))  # type: ignore[return-value]


def main(source: Path, installed: Path) -> int:
    """Make the picture."""
    head = heads(source)["MR"]
    rows = [row(head.made["before"], head.affine, "before", 200)]
    for word, adopted in zip((TOOL, "complete"), sheared(head, installed), strict=True):
        print(word, adopted.measures, adopted.doubts)
        rows.append(row(np.where(adopted.mask > 0, np.float32(0), head.data), head.affine, word, 200))
    rows.append(row(head.made["remove"], head.affine, "builtin", 200))
    stacked(rows).save(HERE / "tools-mr.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
