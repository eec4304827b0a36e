"""The tools as data: what each can do and needs, and how it is called."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

BUILTIN, NONE, CUSTOM = "builtin", "none", "custom"


class Command(BaseModel):
    """One way of calling a tool.

    Attributes
    ----------
    words
        Its command line. ``{input}``, ``{output}``, ``{mask}`` (of the brain), ``{folder}``, ``{home}``,
        ``{mode}`` and ``{contrast}`` are filled in, each as a part of one word.
    outputs
        Where its result may lie in its folder, the likeliest first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str
    outputs: list[str] = ["out.nii*"]

    @property
    def program(self) -> str:
        """The first word."""
        return self.words.split()[0]


class Tool(BaseModel):
    """What is known of one tool.

    Attributes
    ----------
    modes
        Mode of ``faces.rules`` → the tool's own word for it.
    ears
        Whether it takes the ears.
    home
        Environment variables that name its installation, ``tools.<tool>.path`` of the config.
    programs, files
        What has to be there: on PATH (``a or b``: one of them), and below its installation.
    beside
        What has to lie beside one of its programs, in its installation, or where ``beside_variables`` say.
    hounsfield
        Whether it takes negative values; the others are given CT with air at 0.
    contrasts
        Contrast of a series → the tool's own word for it; empty when it does not ask.
    dicom
        Whether it reads and writes DICOM.
    conda
        Whether ``envs/<tool>.yaml`` installs it.
    licence_file
        Whether it needs FreeSurfer's licence file.
    seconds, memory_mb
        How long one volume may take, and what it needs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str | float = ""
    licence: str
    modalities: list[str]
    modes: dict[str, str]
    ears: bool = False
    speed: str
    seconds: int = 3600
    memory_mb: int = 4000
    home: list[str] = []
    programs: list[str] = []
    files: list[str] = []
    beside: list[str] = []
    beside_variables: list[str] = []
    hounsfield: bool = False
    contrasts: dict[str, str] = {}
    dicom: bool = False
    conda: bool = False
    licence_file: bool = False
    commands: list[Command] = []
    install: str = ""
    good_for: str
    source: str

    def patterns(self, mode: str) -> list[str]:
        """Where its result may lie in a mode, whichever of its commands ran."""
        word = self.modes.get(mode) or mode
        return [pattern.replace("{mode}", word) for command in self.commands for pattern in command.outputs]


@cache
def table() -> dict[str, Tool]:
    """Name in ``faces.rules`` → tool."""
    values = yaml.safe_load(Path(__file__).with_name("table.yaml").read_text(encoding="utf-8"))
    return {name: Tool.model_validate(value) for name, value in values.items()}


def external(name: str) -> bool:
    """Whether a tool is called as a program of its own."""
    return name not in (BUILTIN, NONE)


def cannot(name: str, mode: str, modalities: list[str]) -> str:
    """Why a tool cannot do what a rule asks of it, with what it can; empty when it can."""
    tool = table()[name]
    if mode not in tool.modes:
        return f"tool `{name}` cannot do mode `{mode}`: it does {_listed(list(tool.modes))}"
    if modalities and not set(modalities) & set(tool.modalities):
        others = [other for other, entry in table().items() if set(modalities) <= set(entry.modalities)]
        able = _listed([other for other in others if other not in (NONE, CUSTOM)])
        return f"tool `{name}` does {_listed(tool.modalities)}, not {_listed(modalities)}; {able} can"
    return ""


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
