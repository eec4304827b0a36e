"""A stand-in for a disk or network that fails: opening one input file raises the error a test names."""

import builtins
import errno
import io
import os
import pathlib

_open = io.open


def _failing(file, *arguments, **more):  # type: ignore[no-untyped-def]
    name = os.environ.get("STAND_IN_FILE", "")
    if name and str(file).startswith(os.environ["STAND_IN_FOLDER"]) and str(file).endswith(name):
        code = getattr(errno, os.environ["STAND_IN_ERRNO"])
        raise OSError(code, os.strerror(code), str(file))
    return _open(file, *arguments, **more)


builtins.open = io.open = pathlib.io.open = _failing
