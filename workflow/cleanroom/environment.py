"""The environment of a step: its packages, as ``requirements.lock`` pins them, and its image."""

import re
from collections import defaultdict
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "containers"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_VIA = re.compile(r"^    # +(?:via +)?([A-Za-z0-9._-]+)", re.MULTILINE)


def requirements(environment: str) -> list[str]:
    """The requirements (``name==version``) of ``envs/<environment>.yaml`` that come from PyPI."""
    described = yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text())
    found = [entry["pip"] for entry in described["dependencies"] if isinstance(entry, dict)]
    return [requirement for listed in found for requirement in listed]


def pinned(environment: str) -> str:
    """The part of ``requirements.lock`` that an environment needs, hashes included; a tool has its own lock.

    Raises
    ------
    ValueError
        When the environment asks for what is not in the lock.
    """
    own = CONTAINERS / f"{environment}.lock"
    if own.is_file():
        return own.read_text()
    blocks, needs = _lock()
    wanted = {requirement.partition("==")[0] for requirement in requirements(environment)}
    if unknown := wanted - blocks.keys():
        raise ValueError(f"envs/{environment}.yaml asks for {sorted(unknown)}, not in requirements.lock")
    todo = list(wanted)
    while todo:
        new = needs[todo.pop()] - wanted
        wanted |= new
        todo += new
    return "".join(blocks[name] for name in sorted(wanted))


def packaged(name: str) -> bool:
    """Whether an image holds packages of Python."""
    return (ROOT / "envs" / f"{name}.yaml").is_file() or (CONTAINERS / f"{name}.lock").is_file()


def definition(name: str) -> Path:
    """The Apptainer definition of an image: its own, or that of all environments of Python alone."""
    own = CONTAINERS / f"{name}.def"
    return own if own.is_file() else CONTAINERS / "python.def"


@cache
def image(name: str) -> Path:
    """``containers/images/<name>-<recipe>.sif``, there or not: another recipe has another name."""
    digest = sha256((CONTAINERS / "base.def").read_bytes() + definition(name).read_bytes())
    if packaged(name):
        digest.update(pinned(name).encode())
    return CONTAINERS / "images" / f"{name}-{digest.hexdigest()[:12]}.sif"


@cache
def _lock() -> tuple[dict[str, str], dict[str, set[str]]]:
    """Each package's lines in the lock, and which packages each one needs."""
    text = (ROOT / "requirements.lock").read_text()
    starts = [found.start() for found in _REQUIREMENT.finditer(text)]
    blocks, needs = {}, defaultdict(set)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        block = text[start:end]
        name = block.partition("==")[0]
        blocks[name] = block
        for parent in _VIA.findall(block):
            needs[parent].add(name)
    return blocks, needs
