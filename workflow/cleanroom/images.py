"""Apptainer images, named by their recipe.

All steps of the line share one: their packages come from one lock, so none contradicts another. A de-facing
tool has an image of its own.
"""

import csv
from functools import cache
from hashlib import sha256
from pathlib import Path

from cleanroom.environment import ROOT, pinned
from cleanroom.errors import StopRun
from cleanroom.hashed import hashed

CONTAINERS = ROOT / "containers"
FOLDER = CONTAINERS / "images"
DIGESTS = FOLDER / "digests.tsv"
"""What each image was when it was built: ``image``, ``sha256``, ``bytes``."""
BASE, LINE = "base", "line"


def names() -> list[str]:
    """That of the line, and one for every tool with a definition."""
    return [LINE, *sorted({path.stem for path in CONTAINERS.glob("*.def")} - {BASE, LINE})]


def definition(name: str) -> Path:
    """The Apptainer definition of an image."""
    return CONTAINERS / f"{name}.def"


def packages(name: str) -> str:
    """The Python packages of an image, pinned by hash: a tool has its own lock, the base has none."""
    own = CONTAINERS / f"{name}.lock"
    text = own.read_text() if own.is_file() else ""
    if name == LINE:
        text = pinned(*(path.stem for path in sorted((ROOT / "envs").glob("*.yaml"))))
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#"))


@cache
def image(name: str) -> Path:
    """``containers/images/<name>-<recipe>.sif``, there or not: another recipe has another name."""
    digest = sha256(definition(BASE).read_bytes() + definition(name).read_bytes())
    digest.update(packages(name).encode())
    return FOLDER / f"{name}-{digest.hexdigest()[:12]}.sif"


def recorded() -> dict[str, str]:
    """Image file → SHA-256, as ``containers/build.py`` found it."""
    if not DIGESTS.is_file():
        return {}
    with DIGESTS.open(newline="") as file:
        return {row["image"]: row["sha256"] for row in csv.DictReader(file, dialect="excel-tab")}


def check(needed: list[str]) -> None:
    """Whether images are there, and are what was built.

    Raises
    ------
    StopRun
        When one is missing, or differs from what was recorded when it was built.
    """
    known = recorded()
    for name in needed:
        path = image(name)
        if not path.is_file():
            raise StopRun(f"There is no image {path}.", "make containers (docs/cluster.md)")
        if hashed(path) != known.get(path.name):
            raise StopRun(
                f"The image {path.name} is not the one that {DIGESTS.name} names.",
                "delete it and build it again (make containers), or copy it here again",
            )
