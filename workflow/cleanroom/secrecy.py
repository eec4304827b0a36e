"""What a process does so that no identity lies about: no memory dumps, temporary files in ``private``."""

import os
import resource
import stat
import tempfile
from pathlib import Path

_OWN = 0o700


def keep(private: Path) -> None:
    """No core dump of this process and its children, and temporary files in ``private/work/tmp``.

    What they write is never for others to change, whatever the umask.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(os.umask(0o022) | 0o022)
    if not private.is_dir():
        return
    folder = private.resolve() / "work" / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=_OWN)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def scratch(place: str) -> Path | None:
    """A folder of this user's in ``place``, which variables of the machine may name; none where it is not.

    Nothing is kept in one that other users may look into.
    """
    above = Path(os.path.expandvars(place))
    if not place or not above.is_dir():
        return None
    folder = above / f"cleanroom-{os.getuid()}"
    folder.mkdir(exist_ok=True, mode=_OWN)
    state = folder.lstat()
    own = stat.S_ISDIR(state.st_mode) and (state.st_uid, stat.S_IMODE(state.st_mode)) == (os.getuid(), _OWN)
    return folder if own else None
