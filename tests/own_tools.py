"""The tools that PyPI has, in a folder of their own: quickshear, and what pydeface's own code needs.

pydeface calls FSL's ``flirt``, which PyPI does not have: ``stand_in_flirt.py`` stands in for it.
"""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from absence import absent

HERE = Path(__file__).parent
LIST = HERE / "tools.txt"


def own_tools() -> Path:
    """The folder, installed once for its list; its ``bin`` has pydeface, quickshear, fsl and flirt."""
    digest = sha256(LIST.read_bytes() + HERE.joinpath("own_tools.py").read_bytes()).hexdigest()[:12]
    folder = Path.home() / ".cache" / f"cleanroom-tools-{digest}"
    if not (folder / "installed").is_file():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
        done = subprocess.run(
            [*command, "--upgrade", "--target", str(folder / "lib"), "-r", str(LIST)],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            absent("PyPI, from which quickshear and nipype come")
        (folder / "installed").touch()
    _programs(folder)
    return folder


def _programs(folder: Path) -> None:
    """Programs that run in this Python with the folder's packages, and no others of the user's."""
    flirt = f"{HERE / 'stand_in_flirt.py'}"
    package = f"{HERE.parent / 'workflow'}"
    calls = {
        "quickshear": "-c 'from quickshear import main; main()' \"$@\"",
        "pydeface": '-c "from pydeface.__main__ import main; main()" "$@"',
        "flirt": f'{flirt} "$@"',
    }
    (folder / "bin").mkdir(exist_ok=True)
    for name, words in calls.items():
        path = f"{folder / 'lib'}{os.pathsep}{package}"
        _write(folder / "bin" / name, f'PYTHONPATH="{path}" exec {sys.executable} {words}\n')
    _write(folder / "bin" / "fsl", "exit 0\n")


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}-{os.getpid()}")
    part.write_text(f"#!/bin/sh\n{text}")
    part.chmod(0o755)
    part.replace(path)
