"""Identify and replace with deid's default recipe; run in deid's own environment."""

import sys
from pathlib import Path

from deid.config import DeidRecipe
from deid.dicom import get_identifiers, replace_identifiers

if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    files = [str(path) for path in sorted(source.iterdir())]
    found = get_identifiers(files)
    replace_identifiers(files, ids=found, deid=DeidRecipe(), output_folder=str(target), save=True)
