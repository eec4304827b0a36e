"""``report.json``: its keys are the contract."""

from typing import Literal

from pydantic import BaseModel, Field

from cleanroom.records import FaceVerdict


class Totals(BaseModel):
    """``files_in`` is the sum of the three others."""

    files_in: int
    files_released: int
    files_set_aside: int
    files_not_content: int
    bytes_in: int
    """Of all input files; an archive counts by its members."""
    seconds: float
    """Work done: the seconds of every step on every study, added up (not the time on the clock)."""


class AttemptFigures(BaseModel):
    """What one tool made of a series."""

    tool: str
    mode: str = ""
    version: str = ""
    outcome: str = ""
    reason: str = ""
    seconds: float = 0.0
    dice: dict[str, float] = {}
    """Other tool → overlap of what the two changed, 0 to 1."""
    measures: dict[str, float] = {}
    """Of what it made; see docs/tools.md."""


class FaceFigures(BaseModel):
    """What was decided about the face."""

    decision: FaceVerdict
    tool: str = ""
    mode: str = ""
    voxels_changed: int = 0
    reason: str = ""
    attempts: list[AttemptFigures] = []
    """Of every tool that the config names; empty when that is one."""


class TextFigures(BaseModel):
    """What was read and covered of words in pixels."""

    frames_read: int = 0
    boxes: int = 0
    words: Literal["all", "identity", "never"] = Field("all", exclude=True)
    reason: str = ""
    """What the rule of the config says."""


class SeriesFigures(BaseModel):
    """One series; ``instances_in`` is the sum of the two others."""

    patient: str
    study: str
    series: str
    modality: str
    instances_in: int
    instances_released: int
    instances_set_aside: int
    face: FaceFigures
    text: TextFigures
    verdict: Literal["released", "set_aside"]
    reasons: list[str]
    measures: dict[str, float] = {}
    """What the gate measured where a face was removed; see docs/gate.md."""
    waits: bool = False
    """Whether a person's decision can release it."""


class Figures(BaseModel):
    """The whole of ``report.json``."""

    version: str
    profile: str
    options: list[str]
    """Codes of CID 7050, all of scheme DCM."""
    weaker: list[str] = Field([], exclude=True)
    """What in the profile keeps more than the standard allows; told on the page."""
    totals: Totals
    series: list[SeriesFigures]
    decisions: dict[str, int] = {}
    """What a person decided → how often."""
