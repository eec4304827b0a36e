"""The environment of a step: its packages, as ``requirements.lock`` pins them."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_VIA = re.compile(r"^    # +(?:via +)?([A-Za-z0-9._-]+)", re.MULTILINE)


def requirements(environment: str) -> list[str]:
    """The requirements (``name==version``) of ``envs/<environment>.yaml`` that come from PyPI."""
    described = yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text())
    found = [entry["pip"] for entry in described["dependencies"] if isinstance(entry, dict)]
    return [requirement for listed in found for requirement in listed]


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
