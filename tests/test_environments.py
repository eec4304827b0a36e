"""Each step's environment holds what its code imports, in the versions of requirements.lock."""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from cleanroom import environment
from cleanroom.steps import FUNCTIONS

PACKAGE = Path(environment.__file__).parent
RULES = environment.ROOT / "workflow" / "rules"
MODULES = {name: module for name, (module, _) in FUNCTIONS.items()} | {
    "intake": "cleanroom.intake.take_in",
    "report": "cleanroom.report",
    "files": "cleanroom.files.step",
}
ENVIRONMENTS = sorted(path.stem for path in (environment.ROOT / "envs").glob("*.yaml"))
PROGRAMS = {"convert": {"dcm2niix"}, "deface": {"pydeface"}, "verify": {"dcm2niix", "pydeface"}}
"""Packages that are not imported: their program is called, or their data read."""


def _step(rule: str) -> str:
    """The step that a rule runs."""
    return "files" if rule.endswith("_files") else rule


def rules() -> dict[str, str]:
    """Rule → environment."""
    found = {}
    for path in RULES.glob("*.smk"):
        parts = re.split(r"^(?:rule|checkpoint) (\w+):", path.read_text(), flags=re.MULTILINE)[1:]
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            if named := re.search(r"envs/(\w+)\.yaml", body):
                found[name] = named[1]
    return found


def imports(path: Path) -> set[str]:
    """The modules that a file imports, anywhere in it, but not for types alone."""
    tree = ast.parse(path.read_text())
    typed = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in typed:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@cache
def needed(module: str) -> frozenset[str]:
    """Top-level names of others' packages that a module needs, whatever it imports included."""
    todo, seen, found = [module, "cleanroom.__main__"], set(), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        parts = name.split(".")[1:]
        path = PACKAGE.joinpath(*parts)
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if not file.is_file():
            continue
        listed = imports(file) if name != "cleanroom.__main__" else {"cleanroom.config", "cleanroom.errors"}
        for other in listed:
            if other.split(".")[0] != "cleanroom":
                found.add(other.split(".")[0])
            else:
                todo += [".".join(other.split(".")[: n + 1]) for n in range(1, len(other.split(".")))]
    return frozenset(found - set(sys.stdlib_module_names))


@pytest.mark.parametrize("rule", sorted(rule for rule in rules() if _step(rule) in MODULES))
def test_a_step_finds_what_it_imports(rule: str) -> None:
    step = _step(rule)
    packages = {
        name.lower().replace("_", "-")
        for name in re.findall(r"^([\w.-]+)==", environment.pinned(rules()[rule]), re.MULTILINE)
    }
    homes = packages_distributions()
    missing = {
        name
        for name in needed(MODULES[step])
        if name in homes and not {home.lower().replace("_", "-") for home in homes[name]} & packages
    }
    assert missing <= {"snakemake", "openjpeg"}, missing
    assert PROGRAMS.get(step, set()) <= packages


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_version_is_that_of_the_lock(name: str) -> None:
    text = (environment.ROOT / "envs" / f"{name}.yaml").read_text()
    assert text == environment.described(name), "run `make pins` and commit envs/"
    lock = (environment.ROOT / "requirements.lock").read_text()
    listed = re.findall(r"- ([\w.-]+==\S+)", text)
    assert len(listed) > len(environment.requirements(name)) > 3
    assert all(f"\n{requirement} " in lock for requirement in listed)
