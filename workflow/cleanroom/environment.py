"""The environment of a step: its packages, as ``requirements.lock`` pins them."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_BROUGHT = "      # what these bring along\n"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_VIA = re.compile(r"^    # +(?:via +)?([A-Za-z0-9._-]+)", re.MULTILINE)


def requirements(environment: str) -> list[str]:
    """The requirements (``name==version``) of ``envs/<environment>.yaml`` that come from PyPI."""
    text, _, _ = _file(environment).read_text().partition(_BROUGHT)
    found = [entry["pip"] for entry in yaml.safe_load(text)["dependencies"] if isinstance(entry, dict)]
    return [requirement for listed in found for requirement in listed]


def described(environment: str) -> str:
    """``envs/<environment>.yaml`` with all that its requirements bring along, as the lock pins it."""
    text, _, _ = _file(environment).read_text().partition(_BROUGHT)
    versions = dict(_REQUIREMENT.findall(pinned(environment)))
    asked = {requirement.partition("==")[0] for requirement in requirements(environment)}
    brought = [f"      - {name}=={versions[name]}\n" for name in sorted(versions.keys() - asked)]
    asking = re.sub(r"- ([\w.-]+)==.*", lambda found: f"- {found[1]}=={versions[found[1]]}", text)
    return asking + _BROUGHT + "".join(brought)


def write() -> None:
    """Write the versions of the lock into ``envs/``, where conda reads them."""
    for path in (ROOT / "envs").glob("*.yaml"):
        path.write_text(described(path.stem))


def pinned(*environments: str) -> str:
    """The part of ``requirements.lock`` that environments need, hashes included.

    Raises
    ------
    ValueError
        When an environment asks for what is not in the lock.
    """
    blocks, needs = _lock()
    wanted = {each.partition("==")[0] for name in environments for each in requirements(name)}
    if unknown := wanted - blocks.keys():
        raise ValueError(f"envs/ asks for {sorted(unknown)}, not in requirements.lock")
    todo = list(wanted)
    while todo:
        new = needs[todo.pop()] - wanted
        wanted |= new
        todo += new
    return "".join(blocks[name] for name in sorted(wanted))


def _file(environment: str) -> Path:
    return ROOT / "envs" / f"{environment}.yaml"


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
