"""Input files, on disk or inside a zip archive: opened for reading, never written."""

import errno
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

SEPARATOR = "!/"
"""Between an archive and its member, as in ``export.zip!/IM1``."""
failed: set[str] = set()
"""What the disk or network answered when this process read input: a name of errno, even if nobody minded."""
_NAMES = (
    *("EIO", "ESTALE", "ETIMEDOUT", "ENOTCONN", "ENODEV", "ENXIO", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN"),
    *("ENETUNREACH", "ECONNRESET", "ECONNABORTED", "EREMOTEIO", "EMFILE", "ENFILE"),
)
FAILURES = frozenset(getattr(errno, name) for name in _NAMES if hasattr(errno, name))
"""What may be well the next time: it says nothing about the file."""
_UNSAFE = re.compile(r"[\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def portable(name: str) -> str:
    """A file name as one line of UTF-8: what is not printable becomes ``\\xNNNN`` (see :func:`native`)."""
    return _UNSAFE.sub(lambda found: f"\\x{ord(found[0]):04x}", name)


def native(name: str) -> str:
    """The file name that :func:`portable` was given."""
    return re.sub(r"\\x([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), name)


@contextmanager
def opened(root: Path, path: str) -> Iterator[BinaryIO]:
    """Open an input file by its path in the inventory; a member is not seekable at no cost."""
    archive, _, member = native(path).partition(SEPARATOR)
    try:
        if not member:
            with (root / archive).open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(root / archive) as container, container.open(member) as stream:
            yield cast(BinaryIO, stream)
    except OSError as error:
        if error.errno in FAILURES or error.filename == str(root / archive):
            failed.add(errno.errorcode.get(error.errno or 0, "?"))
        raise


def placed(root: Path, path: str, target: Path) -> None:
    """Make an input file readable under a neutral name: a link, or a copy when it is in an archive."""
    if SEPARATOR not in path:
        target.symlink_to((root / native(path)).resolve())
        return
    with opened(root, path) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file)
