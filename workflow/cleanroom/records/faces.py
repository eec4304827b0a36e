"""``volumes.json`` and ``faces.json``."""

from typing import Literal

from pydantic import BaseModel

from cleanroom.records.record import Record

COMPARED, ORIGINAL = "compared", "original"
"""The folder, below the study's private one, with pictures of compared tools: some show a face. And whose
name the pictures of what came in have."""
FaceVerdict = Literal["face", "no_face", "already_removed", "not_applicable", "unsure"]


class Volume(BaseModel):
    """One NIfTI file that dcm2niix made of a series."""

    file: str
    """Relative to the study's work folder."""
    shape: list[int]
    affine: list[list[float]]
    """4x4, voxel index to RAS millimetres."""
    role: Literal["plain", "uneven", "resampled"] = "plain"
    """``uneven``: the slices' own values, but the affine is not right for all of them (a gap, a tilt);
    dcm2niix then writes a ``resampled`` one beside it, whose affine is right and whose values are not."""
    as_converted: list[list[float]] = []
    """The affine that dcm2niix gave, where it was wrong and another stands in its place; or empty."""


class VolumeRecord(Record):
    """``volumes.json``: series → its volumes; a series without a geometry has none."""

    series: dict[str, list[Volume]] = {}


class FaceMask(BaseModel):
    """A mask in the grid of its volume: uint8 NIfTI, 1 where the face is to be replaced."""

    volume: str
    mask: str
    voxels: int
    values: str = ""
    """What the masked voxels are to hold, in real units: float32 NIfTI in the volume's grid, 4D when the
    volume is; 0 elsewhere. Empty: the constant ``fill`` of the series."""
    pose: list[list[float]] = []
    """4x4, RAS millimetres of the volume to those of the template head; empty when the tool does not say."""


class FaceAttempt(BaseModel):
    """What one tool made of a series, in the order in which the config names them."""

    tool: str
    mode: str = ""
    version: str = ""
    outcome: Literal["released", "plausible", "implausible", "failed", "missing", "unsuitable", "not_needed"]
    """``released``: what is released; ``plausible``: it could have been; ``implausible``: it ended, and its
    result did not stand the proof; ``failed``: no result that could be looked at; ``missing``: it is not
    installed; ``unsuitable``: it does not do such series; ``not_needed``: one before it was plausible."""
    reason: str = ""
    seconds: float = 0.0
    exit_status: int | None = None
    command: str = ""
    """As it was called, with pseudonyms; private."""
    said: str = ""
    """The end of what it wrote to its standard output and error; private."""
    measures: dict[str, float] = {}
    agreement: dict[str, float] = {}
    """Other tool → Dice overlap of what the two changed, 0 to 1."""


class SeriesFace(BaseModel):
    """What was decided about the face in a series."""

    decision: FaceVerdict
    tool: str = ""
    mode: str = ""
    reason: str = ""
    voxels_changed: int = 0
    fill: float = 0.0
    """In real units (after rescale): 0 for MR, -1000 HU for CT."""
    masks: list[FaceMask] = []
    measures: dict[str, float] = {}
    seconds: float = 0.0
    already: bool = False
    """The face itself was removed before the series came; what goes is what was left of it: the ears."""
    attempts: list[FaceAttempt] = []
    """Of every tool that the config names for this series; empty when that is ``builtin`` alone."""
    compared: dict[str, list[str]] = {}
    """`ORIGINAL` or a tool that was compared → PNG files in `COMPARED`, relative to the study's folder."""


class FaceRecord(Record):
    """``faces.json``."""

    series: dict[str, SeriesFace] = {}
