"""A multi-frame instance of 2 GB, written in pieces."""

import struct
import sys
from pathlib import Path

import numpy as np

from bench.exported import export_header

SIDE, FRAMES = 1024, 1000
_PIECE = 10


def write_large(folder: Path) -> None:
    """Write one file, ``large``: 1,000 frames of 1024 x 1024, 16 bits."""
    folder.mkdir(parents=True, exist_ok=True)
    header = export_header(1)
    header.Rows = header.Columns = SIDE
    header.NumberOfFrames = FRAMES
    path = folder / "large"
    header.save_as(path, enforce_file_format=True)
    noise = np.random.default_rng(1).integers(0, 2000, (_PIECE, SIDE, SIDE), np.int16).tobytes()
    with path.open("ab") as file:
        file.write(struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, len(noise) * FRAMES // _PIECE))
        for _ in range(FRAMES // _PIECE):
            file.write(noise)


if __name__ == "__main__":
    write_large(Path(sys.argv[1]))
