"""Kills and full disks at random moments, over runs of twenty tiny studies.

``python -m bench kills [kills] [fillings] [seed]``: each time the next call goes on, and the last one has to
end in the bytes of an undisturbed run.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random

from many import write_studies
from runs.filled import Fillings, disk, on_disks
from runs.killed import Kills
from runs.tiny import Undisturbed, beside, undisturbed_over

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
        both = undisturbed_over(whole)
        wrong = list(Kills(both, kills, Random(seed), most=14).often(folder / "kills"))
        print(f"{kills} kills: {len(wrong)} wrong", *wrong, sep="\n  ", flush=True)
        full = [
            line for number in range(-(-fillings // _A_RUN)) for line in _fill(both, folder, number, seed)
        ]
        print(f"{fillings} full disks: {len(full)} wrong", *full, sep="\n  ", flush=True)
    return int(bool(wrong or full))


def _fill(both: Undisturbed, folder: Path, number: int, seed: int) -> list[str]:
    with ExitStack() as stack:
        places = [stack.enter_context(disk(folder / f"disk{number}-{name}")) for name in ("one", "two")]
        folders = on_disks(places, both.first, folder / f"full{number}")
        return list(Fillings(both, folders, Random(seed + number), most=40).often(_A_RUN))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
