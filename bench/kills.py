"""Kills and full disks at random moments, over runs of twenty tiny studies.

``python -m bench kills [kills] [fillings] [seed]``: each time the next call goes on, and the last one has to
end in the bytes of an undisturbed run.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from many import write_studies
from runs.filled import disk, fill_often, on_disks
from runs.killed import kill_often
from runs.tiny import Folders, beside

STUDIES, KILLS, FILLINGS = 20, 200, 50
_A_RUN = 10
"""Full disks in one run; it is over after some more."""


def main(kills: int = KILLS, fillings: int = FILLINGS, seed: int = 1) -> int:
    """Print what went wrong; 1 when something did."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_studies(folder / "input", STUDIES, 2)
        whole = beside(folder, "undisturbed", folder / "input")
        whole.finish()
        wrong = list(kill_often(whole, folder / "kills", kills, seed, most=14))
        print(f"{kills} kills: {len(wrong)} wrong", *wrong, sep="\n  ", flush=True)
        full = [
            line for number in range(-(-fillings // _A_RUN)) for line in _fill(whole, folder, number, seed)
        ]
        print(f"{fillings} full disks: {len(full)} wrong", *full, sep="\n  ", flush=True)
    return int(bool(wrong or full))


def _fill(whole: Folders, folder: Path, number: int, seed: int) -> list[str]:
    with ExitStack() as stack:
        places = [stack.enter_context(disk(folder / f"disk{number}-{name}")) for name in ("one", "two")]
        folders = on_disks(places, whole, folder / f"full{number}")
        return list(fill_often(whole, folders, _A_RUN, seed + number, most=40))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
