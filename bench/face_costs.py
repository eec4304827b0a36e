"""What finding and replacing one face takes, in a process of its own for each mode."""

import sys

from bench.faces import volume
from bench.measured import Cost, measured


def face_costs(head: str = "philips") -> dict[str, Cost]:
    """Both engines and the mask (``remove``), then the fills, after the floor: reading the volume."""
    path, _ = volume(head)
    modes = ("read", "remove", "reface", "noise", "blur")
    return {mode: measured(sys.executable, "-m", "bench.one_face", str(path), mode) for mode in modes}
