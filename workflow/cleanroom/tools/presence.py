"""Is every selected tool there? Asked once, before any job starts."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from cleanroom import images
from cleanroom.atomic import write_text
from cleanroom.config import Config, FaceRule, ToolPlace
from cleanroom.errors import StopRun
from cleanroom.tools.chain import chain
from cleanroom.tools.table import Tool, external, table

FILE = "tools.json"


@dataclass(frozen=True)
class Presence:
    """Where a tool would run, or why it cannot.

    Attributes
    ----------
    where
        ``this Python``, ``this machine``, ``conda``, or the image.
    version
        As it was found; else the one that is expected.
    lacks
        What is missing; empty when nothing is.
    """

    where: str = ""
    version: str = ""
    lacks: str = ""


def selected(config: Config) -> list[str]:
    """The external tools that the rules name, in their order."""
    return [
        name
        for name in dict.fromkeys(name for rule in config.faces.rules for name in rule.chain)
        if external(name)
    ]


def own_path(place: ToolPlace) -> list[str]:
    """The folders of an installation that come first on PATH."""
    return [str(place.path.absolute()), str(place.path.absolute() / "bin")] if place.path else []


def presence(name: str, place: ToolPlace, methods: frozenset[str] = frozenset()) -> Presence:
    """Look for one tool.

    Parameters
    ----------
    name
        As in the config.
    place
        What the config says about it.
    methods
        How Snakemake brings software along: ``conda``, ``apptainer``, both or neither.
    """
    if not external(name):
        return Presence("this Python")
    tool = table()[name]
    needs = tool.programs if not place.command else [place.command.split()[0]]
    lacks = _lacks_files(tool, place) or _lacks_memory(tool)
    if place.image:
        return Presence(place.image, str(tool.version), lacks or _lacks_image(place.image))
    if "apptainer" in methods and tool.conda and not place.command:
        image = images.image(name)
        unbuilt = "" if image.is_file() else f"its image is not built: python containers/build.py {name}"
        return Presence(image.name, str(tool.version), lacks or unbuilt)
    if "conda" in methods and tool.conda:
        return Presence("conda", str(tool.version), lacks)
    path = os.pathsep.join([*own_path(place), os.environ.get("PATH", "")])
    found = _lacks_programs(needs, path) or ("" if place.command else _lacks_beside(tool, path))
    where = f"{place.path}" if place.path else "this machine"
    return Presence(where, _version(name, tool), "; ".join(filter(None, [found, lacks])))


def found(config: Config, methods: frozenset[str] = frozenset()) -> dict[str, Presence]:
    """The selected tools, each with where it is or what it lacks."""
    return {name: presence(name, config.place(name), methods) for name in selected(config)}


def own_images(states: dict[str, Presence]) -> list[str]:
    """The tools that run in an image of this project, whose digest is known."""
    there = {name: state.where for name, state in states.items() if not state.lacks}
    return [name for name in images.names() if there.get(name) == images.image(name).name]


def check(config: Config, states: dict[str, Presence]) -> list[str]:
    """What to say of selected tools that are missing although the run can go on.

    Raises
    ------
    StopRun
        When a rule has no tool left.
    """
    absent = {name for name, state in states.items() if state.lacks}
    stop = [rule for rule in config.faces.rules if not chain(rule, absent)]
    if stop:
        raise _stop(config, stop[0], states)
    return [_said(config, name, states[name]) for name in sorted(absent)]


def save(config: Config, states: dict[str, Presence]) -> None:
    """Write what single jobs read of it."""
    text = json.dumps({name: asdict(state) for name, state in sorted(states.items())}, indent=1)
    write_text(config.private / FILE, text + "\n")


def load(config: Config) -> dict[str, Presence]:
    """What the start of the run found; looked for now when a step runs by itself."""
    path = config.private / FILE
    if not path.is_file():
        return found(config)
    return {name: Presence(**state) for name, state in json.loads(path.read_text(encoding="utf-8")).items()}


def absent(config: Config) -> dict[str, Presence]:
    """The selected tools that are missing."""
    return {name: state for name, state in load(config).items() if state.lacks}


def _stop(config: Config, rule: FaceRule, states: dict[str, Presence]) -> StopRun:
    name = rule.tool
    number = config.faces.rules.index(rule)
    able = [other for other, state in states.items() if not state.lacks]
    able = [other for other in able if rule.mode in table()[other].modes]
    wanted = set(rule.match.modality)
    now = next((other for other in able if wanted <= set(table()[other].modalities)), "builtin")
    return StopRun(
        f"faces.rules[{number}] names tool `{name}`, and it cannot run: {states[name].lacks}.",
        f"{table()[name].install}\n  What would work now: faces.rules[{number}]: {{tool: {now}}}, "
        f"or {{tool: {name}, fallback: {now}}}",
    )


def _said(config: Config, name: str, state: Presence) -> str:
    others = [rule for rule in config.faces.rules if name in rule.chain]
    absent = [
        other for other in dict.fromkeys(tool for rule in others for tool in rule.chain) if other != name
    ]
    return (
        f"tool `{name}` cannot run: {state.lacks}. The run goes on with {', '.join(absent)}. "
        f"To have it: {table()[name].install}"
    )


def _lacks_programs(needs: list[str], path: str) -> str:
    lost = [each for each in needs if not any(shutil.which(one, path=path) for one in each.split(" or "))]
    return f"{', '.join(lost)} not found on PATH" if lost else ""


def _lacks_beside(tool: Tool, path: str) -> str:
    """Templates that a tool looks for in the folder of its programs."""
    named = [shutil.which(name, path=path) for needs in tool.programs for name in needs.split(" or ")]
    folders = [Path(program).resolve().parent for program in named if program]
    for variable in tool.beside_variables:
        folders += [Path(folder) for folder in os.environ.get(variable, "").split(os.pathsep) if folder]
    lost = [name for name in tool.beside if not any((folder / name).exists() for folder in folders)]
    return f"{', '.join(lost)} not found beside its programs" if lost else ""


def _lacks_image(image: str) -> str:
    if not (shutil.which("apptainer") or shutil.which("singularity")):
        return f"apptainer, in which image {image} would run, is not installed"
    return "" if "://" in image or Path(image).exists() else f"there is no image {image}"


def _lacks_files(tool: Tool, place: ToolPlace) -> str:
    if tool.licence_file and not (place.licence and place.licence.is_file()):
        return "no licence file is named in tools.<tool>.licence, or it is not there"
    if place.image or place.command or not tool.files:
        return ""
    if place.path is None:
        return f"tools.<tool>.path does not say where {tool.files[0]} is"
    lost = [file for file in tool.files if not (place.path / file).exists()]
    return f"{', '.join(lost)} not found in {place.path}" if lost else ""


def _lacks_memory(tool: Tool) -> str:
    try:
        here = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6
    except (ValueError, OSError):
        return ""
    short = here < tool.memory_mb
    return (
        f"it needs {tool.memory_mb / 1000:g} GB of memory, this machine has {here / 1000:.0f}"
        if short
        else ""
    )


def _version(name: str, tool: Tool) -> str:
    """Of a tool that pip installed, what pip says of it; else what the table expects."""
    program = shutil.which(name)
    if not tool.conda or not program:
        return str(tool.version)
    first = Path(program).read_text(errors="replace").partition("\n")[0].removeprefix("#!")
    ask = f"from importlib.metadata import version; print(version({name!r}))"
    if "python" not in first:
        return str(tool.version)
    done = subprocess.run(
        [*first.split(), "-c", ask],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.strip() or str(tool.version)
