"""What a step writes down about itself: with which software, from what, into what."""

import getpass
import json
import os
import shlex
import socket
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cleanroom import __version__, images
from cleanroom.config import Config
from cleanroom.dependence import code, sections
from cleanroom.hashed import hashed
from cleanroom.records import Made, Record

TOOLS: dict[str, list[str]] = {
    "intake": ["pydicom"],
    "clean": ["pydicom"],
    "redact": ["pydicom", "rapidocr", "pypdfium2", "pikepdf", "pillow"],
    "convert": ["dcm2niix"],
    "nifti": ["dcm2niix"],
    "deface": ["SimpleITK"],
    "encode": ["pydicom"],
    "verify": ["pydicom", "dcm2niix"],
    "release": [],
    "report": [],
}
"""Step → the packages whose version its result depends on."""
RUNNING = {"seconds", "peak_mb", "made"}
"""What differs between two runs that give the same."""
IMAGES = ("APPTAINER_CONTAINER", "SINGULARITY_CONTAINER")
LABELS = Path("/.singularity.d/labels.json")


def made(
    step: str, config: Config, inputs: list[Path], record: Record, outputs: list[Path], *, section: str = ""
) -> Made:
    """Describe what a step has just done.

    Parameters
    ----------
    step
        Its name.
    config
        Of the run.
    inputs
        Files that say what it was given: the manifest, and the records of the steps before it.
    record
        Its own, without seconds and memory.
    outputs
        Files and folders that it wrote besides.
    section
        Under which name ``dependence.py`` keeps the keys of the config it depends on; empty: its own.
    """
    told = config.model_dump(mode="json", include=set(sections(section or step)))
    return Made(
        version=__version__,
        code=code(),
        tools={name: tool_version(name) for name in TOOLS.get(step, [])},
        container=container(),
        parameters=told,
        inputs=_digest(inputs, {}),
        outputs=_digest(outputs, record.model_dump(mode="json", exclude=RUNNING)),
        host=socket.gethostname(),
        user=_user(),
        command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        folder=str(Path.cwd()),
    )


def tool_version(name: str) -> str:
    """The version of an installed package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed here"


@cache
def container() -> str:
    """The image in which this process runs: ``sha256:`` of the file, or of its labels where it is not in
    sight; empty outside. The start of a run compared our images with what was recorded."""
    named = next((os.environ[name] for name in IMAGES if os.environ.get(name)), "")
    if named and (recorded := images.recorded().get(Path(named).name)):
        return f"sha256:{recorded}"
    if named and Path(named).is_file():
        return f"sha256:{hashed(Path(named))}"
    return f"labels-sha256:{hashed(LABELS)}" if LABELS.is_file() else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _digest(paths: list[Path], told: dict[str, object]) -> str:
    """SHA-256 over the names and SHA-256 of files, those of folders in order, and what else is told."""
    whole = sha256(json.dumps(told, sort_keys=True).encode()) if told else sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                name = file.relative_to(path).as_posix() if path.is_dir() else file.name
                whole.update(f"{name}\t{_content(file)}\n".encode())
    return whole.hexdigest()


def _content(file: Path) -> str:
    """SHA-256 of a file; of another step's record without what differs from run to run."""
    if file.suffix == ".json" and file.parent.parent.name in ("studies", "work"):
        values = {key: value for key, value in json.loads(file.read_bytes()).items() if key not in RUNNING}
        return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    return hashed(file)
