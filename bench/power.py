"""Power cuts at random moments over runs of tiny studies, on file systems that forget in their own ways.

``python -m bench power [cuts] [seed]``, as root, with ``mkfs.ext4`` and ``mkfs.xfs`` (Debian: e2fsprogs,
xfsprogs): after each cut the release is looked at and the next call goes on; at the end the bytes have to be
those of an undisturbed run, and a changed profile has to be noticed by every result.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from many import write_studies
from runs.tiny import Undisturbed, beside, undisturbed_over
from runs.unpowered import cut_often, disk

STUDIES, CUTS = 8, 20
DISKS = {
    "ext4": [("ext4", "defaults")],
    "ext4, data=writeback, commit=60, nobarrier": [("ext4", "data=writeback,commit=60,nobarrier")],
    "xfs": [("xfs", "defaults")],
    "private on ext4, output and .snakemake on xfs": [("ext4", "commit=1"), ("xfs", "defaults")],
}
"""A name, and the file systems: the first for ``private``, the last for the rest."""


def main(cuts: int = CUTS, seed: int = 1) -> int:
    """Print what went wrong; 1 when something did."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_studies(folder / "input", STUDIES, 2)
        whole = beside(folder, "undisturbed", folder / "input")
        whole.finish()
        both = undisturbed_over(whole)
        wrong = [_cut(both, folder / str(n), name, cuts, seed) for n, name in enumerate(DISKS)]
    return int(any(wrong))


def _cut(both: Undisturbed, folder: Path, name: str, cuts: int, seed: int) -> int:
    with ExitStack() as stack:
        try:
            disks = [stack.enter_context(disk(folder / kind, kind, how)) for kind, how in DISKS[name]]
        except PermissionError as error:
            print(f"{name}: not tried, no such file system can be made or mounted here: {error}")
            return 1
        wrong = list(cut_often(both, disks, cuts, seed, most=40))
    print(f"{name}: {cuts} power cuts, {len(wrong)} wrong", *wrong, sep="\n  ", flush=True)
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
