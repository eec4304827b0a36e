"""What a process does so that no identity lies about: no memory dumps, temporary files in ``private``."""

import os
import resource
import tempfile
from pathlib import Path


def keep(private: Path) -> None:
    """No core dump of this process and its children, and temporary files in ``private/work/tmp``.

    What they write is never for others to change, whatever the umask.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(os.umask(0o022) | 0o022)
    if not private.is_dir():
        return
    folder = private.resolve() / "work" / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
