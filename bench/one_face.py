"""``python -m bench.one_face VOLUME MODE``: one face found and replaced; ``read`` only reads the volume."""

import sys
from pathlib import Path

from cleanroom.deface.builtin import face_mask
from cleanroom.deface.fill import MODES, replacement
from cleanroom.deface.mask import Extent
from cleanroom.deface.volumes import read


def main(volume: str, mode: str) -> int:
    """Do it once; everything is loaded anew, as in a job."""
    data, affine = read(Path(volume))
    if mode == "read" or data is None:
        return 0
    found = face_mask(data, affine, "MR", Extent())
    if found.mask is None or found.pose is None:
        print(found.reason)
        return 1
    if mode in MODES:
        place = found.pose.to_template
        replacement(mode, data, affine, found.mask, to_template=place, modality="MR", nothing=0.0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
