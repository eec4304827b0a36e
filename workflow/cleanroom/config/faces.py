"""De-facing: rules, tools and where they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from cleanroom.config.match import ScanMatch
from cleanroom.config.section import Section
from cleanroom.tools.table import BUILTIN, NONE, cannot, table

ToolName = Literal[
    "builtin",
    "pydeface",
    "afni_refacer",
    "mri_reface",
    "anonymi",
    "quickshear",
    "mideface",
    "mri_deface",
    "fsl_deface",
    "face_masking",
    "custom",
    "none",
]


class FaceRule(Section):
    """How the series that match are de-faced."""

    match: ScanMatch = Field(ScanMatch(), description="which series; an empty match is every series")
    tool: ToolName = Field(
        "builtin",
        description="`builtin`, another tool (docs/tools.md), or `none` to keep the face (then say why in "
        "`reason`)",
    )
    mode: Literal["remove", "reface", "noise", "blur", "reface_plus"] = Field(
        "remove",
        description="what takes the face's place: `remove` air; `reface` an average face; `noise` random "
        "values under a coarse skin; `blur` the face made coarse; `reface_plus` AFNI's average head. Left "
        "out: the first that the tool does",
    )
    options: list[str] = Field(
        [], description="words added to the command line of `tool`, for example ['-imType', 'FLAIR']"
    )
    fallback: list[ToolName] = Field(
        [],
        description="tools tried one after the other when `tool` is missing, fails or is implausible; "
        "`builtin` comes last",
    )
    compare: list[ToolName] = Field(
        [], description="tools that run beside each other; the first that is plausible is released"
    )
    complete: bool = Field(
        False, description="true: what `builtin` would remove goes with what the tool removes"
    )
    reason: str = Field("", description="why the face stays; asked for with `none`, repeated in the report")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, values: Any) -> Any:
        """One name for a list of one; the first tool to compare is the tool; a tool's own first mode."""
        if not isinstance(values, Mapping):
            return values
        found = dict(values)
        for key in ("fallback", "compare"):
            if isinstance(found.get(key), str):
                found[key] = [found[key]]
        if found.get("compare") and "tool" not in found and isinstance(found["compare"], list):
            found["tool"] = found["compare"][0]
        tool = found.get("tool", BUILTIN)
        if "mode" not in found and tool in table():
            found["mode"] = next(iter(table()[tool].modes))
        return found

    @model_validator(mode="after")
    def _none_needs_a_reason(self) -> "FaceRule":
        if self.tool == NONE and not self.reason.strip():
            raise ValueError("tool `none` keeps the face: say why in `reason`")
        if NONE in (*self.fallback, *self.compare) or (self.tool == NONE and (self.fallback or self.compare)):
            raise ValueError("tool `none` stands alone: it keeps the face")
        return self

    @model_validator(mode="after")
    def _order(self) -> "FaceRule":
        if self.compare and self.compare[0] != self.tool:
            raise ValueError(f"`compare` begins with the tool that is released: [{self.tool}, ...]")
        if len(set(self.chain)) < len(self.chain):
            raise ValueError("a tool is named twice")
        if BUILTIN in self.chain[:-1] and BUILTIN not in self.compare:
            raise ValueError(
                "`builtin` comes last: where it finds no head, the result of no other tool can be checked"
            )
        return self

    @model_validator(mode="after")
    def _able(self) -> "FaceRule":
        reason = cannot(self.tool, self.mode, self.match.modality)
        if reason:
            raise ValueError(reason)
        return self

    @property
    def chain(self) -> list[str]:
        """The tools in the order in which they count."""
        return [*(self.compare or [self.tool]), *self.fallback]

    def mode_of(self, tool: str) -> str:
        """The mode in which a tool of the chain runs: the rule's, or the first that it does."""
        modes = table()[tool].modes
        return self.mode if self.mode in modes else next(iter(modes))


class ToolPlace(Section):
    """Where a de-facing tool is, and how it may run."""

    path: Path | None = Field(
        None, description="the folder of its installation; it and its `bin` come first on PATH"
    )
    image: str = Field(
        "", description="an Apptainer image (file, or docker://...) in which its command runs; empty: none"
    )
    licence: Path | None = Field(None, description="FreeSurfer's licence file, for the tools that need it")
    command: str = Field(
        "",
        description="a command line in place of the tool's own, with {input}, {output} and, if wanted, "
        "{mask} (of the brain); asked for with `custom` and `anonymi`. No shell reads it",
    )
    seconds: int = Field(
        0,
        ge=0,
        description="a volume that takes longer is given up and the tool ended; 0: the tool's own limit",
    )

    @field_validator("command")
    @classmethod
    def _placeholders(cls, value: str) -> str:
        if value and not all(f"{{{name}}}" in value for name in ("input", "output")):
            raise ValueError("name {input} and {output} in `command`")
        return value


class Faces(Section):
    """De-facing."""

    rules: list[FaceRule] = Field(
        [FaceRule()], description="first match wins; a series that no rule matches is set aside"
    )
    ears: bool = Field(True, description="the ears go with the face")
    margin_mm: float = Field(
        2.0, ge=0, le=20, description="the face mask is widened by this much, never into the brain"
    )
    contours: Literal["clip", "remove"] = Field(
        "clip",
        description="outer contours (external, body, skin) of structure sets on images with a face: `clip` "
        "them to what is left, or `remove` them whole",
    )
