"""The floor: read every DICOM file of a folder with pydicom and save it."""

import sys
import warnings
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError


def read_and_save(source: Path, target: Path) -> int:
    """How many files were copied by reading and saving them."""
    files = 0
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        try:
            dataset = pydicom.dcmread(path)
        except InvalidDicomError:
            continue
        dataset.save_as(target / f"{files:05d}.dcm")
        files += 1
    return files


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    read_and_save(Path(sys.argv[1]), Path(sys.argv[2]))
