"""The folders of a run: apart from each other, writable, large enough, and seen from inside a container."""

import os
import shutil
from pathlib import Path
from typing import Any

from cleanroom import secrecy
from cleanroom.amount import size
from cleanroom.config import Config
from cleanroom.environment import ROOT
from cleanroom.errors import StopRun

_BINDS = "APPTAINER_BIND"
_NEEDED = {"output": 1.3, "private": 2.5}
"""Bytes for each byte of input: released and staged; headers, volumes, masks and encoded instances."""


def check(config: Config) -> None:
    """Look at the folders before the run.

    Raises
    ------
    StopRun
        When there is no input, one folder lies in another, or one cannot be written.
    """
    if not config.input.is_dir():
        raise StopRun(
            f"There is no input folder {config.input}.",
            "name yours: input in config.yaml or --config input=FOLDER (make demo makes a sample)",
        )
    places = {"input": config.input, "output": config.output, "private": config.private}
    real = {name: path.resolve() for name, path in places.items()}
    for inner, outer in (
        ("output", "input"),
        ("private", "input"),
        ("private", "output"),
        ("input", "output"),
        ("input", "private"),
        ("output", "private"),
    ):
        if real[inner].is_relative_to(real[outer]):
            raise StopRun(
                f"The {inner} folder {config.model_dump()[inner]} lies inside the {outer} folder.",
                f"give {inner} in config.yaml a folder of its own",
            )
    if config.patients.file and config.patients.file.resolve().is_relative_to(real["output"]):
        raise StopRun(
            "The patients file lies in the output folder, and it identifies.",
            "keep it in the private folder and name it there: patients.file in config.yaml",
        )
    for name in ("output", "private"):
        if not os.access(_existing(real[name]), os.W_OK):
            raise StopRun(f"The {name} folder {places[name]} cannot be written.", f"choose another {name}")


def check_space(config: Config, read: int) -> None:
    """Compare what a first run needs with what is free; folders on one file system share it.

    Parameters
    ----------
    read
        Bytes of the input that this run reads.

    Raises
    ------
    StopRun
        When it is too little.
    """
    if (config.output / "report" / "report.json").is_file():
        return
    devices: dict[int, list[str]] = {}
    for name in _NEEDED:
        devices.setdefault(_existing(getattr(config, name)).stat().st_dev, []).append(name)
    for names in devices.values():
        needed = read * sum(_NEEDED[name] for name in names)
        free = shutil.disk_usage(_existing(getattr(config, names[0]))).free
        if free < needed:
            folders = " and ".join(names)
            raise StopRun(
                f"The run needs about {size(int(needed))} for {folders}, {size(free)} are free.",
                f"free some space, set {names[0]} in config.yaml to a folder on a larger disk, or run parts "
                "(--config shard=1/10)",
            )


def bind(config: Config) -> None:
    """Name the folders and files of the config in ``APPTAINER_BIND``, so that a container sees them.

    Each stands inside where it stands outside; only ``output`` and ``private`` can be written.
    """
    binds = [f"{ROOT}:{ROOT}:ro"]
    profile = Path(config.profile).parent
    for path in [*_named(config.model_dump()), *([profile] if Path(config.profile).is_file() else [])]:
        if path.exists():
            place = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its name inside
            mode = "rw" if path in (config.output, config.private) else "ro"
            binds.append(f"{place.resolve()}:{place}:{mode}")
    if scratch := secrecy.scratch(config.scratch):
        binds.append(f"{scratch}:{scratch}:rw")
    known = os.environ.get(_BINDS, "").split(",")
    os.environ[_BINDS] = ",".join(dict.fromkeys([*filter(None, known), *binds]))


def _named(values: Any) -> list[Path]:
    if isinstance(values, dict):
        return [path for value in values.values() for path in _named(value)]
    if isinstance(values, list):
        return [path for value in values for path in _named(value)]
    return [values] if isinstance(values, Path) else []


def _existing(path: Path) -> Path:
    real = path.resolve()
    return next(above for above in (real, *real.parents) if above.exists())
