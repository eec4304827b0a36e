"""Input files, on disk or inside a zip archive: opened for reading, never written."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

SEPARATOR = "!/"
"""Between an archive and its member, as in ``export.zip!/IM1``."""


@contextmanager
def opened(root: Path, path: str) -> Iterator[BinaryIO]:
    """Open an input file by its path in the inventory; a member is not seekable at no cost."""
    archive, _, member = path.partition(SEPARATOR)
    if not member:
        with (root / path).open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(root / archive) as container, container.open(member) as stream:
        yield cast(BinaryIO, stream)


def placed(root: Path, path: str, target: Path) -> None:
    """Make an input file readable under a neutral name: a link, or a copy when it is in an archive."""
    if SEPARATOR not in path:
        target.symlink_to((root / path).resolve())
        return
    with opened(root, path) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file)
