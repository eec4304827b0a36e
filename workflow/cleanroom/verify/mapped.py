"""Files as memory maps: no file is ever held in memory whole."""

import mmap
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cleanroom.source import SEPARATOR, opened

Buffer = mmap.mmap | bytes


@contextmanager
def mapped(path: Path) -> Iterator[Buffer]:
    """Map a file for reading; an empty one is empty bytes."""
    if path.stat().st_size == 0:
        yield b""
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        yield view


@contextmanager
def original(root: Path, path: str, scratch: Path) -> Iterator[Buffer]:
    """Map an input file; a member of an archive is unpacked into ``scratch`` (private) meanwhile."""
    if SEPARATOR not in path:
        with mapped(root / path) as view:
            yield view
        return
    with tempfile.NamedTemporaryFile(dir=scratch) as copy:
        with opened(root, path) as stream:
            shutil.copyfileobj(stream, copy)
        copy.flush()
        with mapped(Path(copy.name)) as view:
            yield view
