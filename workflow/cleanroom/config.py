"""The one config model. `config.yaml`, its schema and the docs table are generated from it."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cleanroom.errors import StopRun
from cleanroom.yaml_text import parsed


class Section(BaseModel):
    """A part of the config: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Patients(Section):
    """Pseudonyms that were assigned beforehand."""

    file: Path | None = Field(
        None,
        description="CSV or TSV (UTF-8) with columns `patient_id`, `pseudonym` and, if wanted, `issuer`, "
        "`shift_days`; empty: all pseudonyms come from the key",
    )
    unknown: Literal["set_aside", "pseudonym", "stop"] = Field(
        "set_aside",
        description="a patient of the input who is not in the file: `set_aside`, a `pseudonym` from the key, "
        "or `stop` the run",
    )
    conflict: Literal["stop", "set_aside"] = Field(
        "stop",
        description="a patient about whom the file contradicts itself: `stop` the run, or `set_aside`",
    )
    merge: bool = Field(
        False,
        description="true: patient ids to which the file gives the same pseudonym are one patient; "
        "false: that is a contradiction",
    )


class FaceMatch(Section):
    """Which series a rule is for: every key given must match."""

    modality: list[str] = Field([], description="modalities, for example [MR, CT]")
    description: str = Field(
        "", description="regular expression searched in the Series Description, case ignored"
    )
    patient: list[str] = Field([], description="patient pseudonyms")
    series: list[str] = Field([], description="series pseudonyms")


class FaceRule(Section):
    """How the series that match are de-faced."""

    match: FaceMatch = Field(FaceMatch(), description="which series; an empty match is every series")
    tool: Literal["builtin", "none"] = Field(
        "builtin", description="`builtin`, or `none` to keep the face (then say why in `reason`)"
    )
    mode: Literal["remove", "reface", "noise", "blur"] = Field(
        "remove",
        description="what takes the face's place: `remove` air; `reface` an average face; `noise` random "
        "values under a coarse skin; `blur` the face made coarse",
    )
    reason: str = Field("", description="why the face stays; asked for with `none`, repeated in the report")

    @model_validator(mode="after")
    def _none_needs_a_reason(self) -> "FaceRule":
        if self.tool == "none" and not self.reason.strip():
            raise ValueError("tool `none` keeps the face: say why in `reason`")
        return self


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


class TextRule(Section):
    """What becomes of words in the pixels of the series that match."""

    match: FaceMatch = Field(FaceMatch(), description="which series; an empty match is every series")
    words: Literal["all", "identity", "never"] = Field(
        "all",
        description="`all` words are covered; `identity`: those that match the study's identities, names, "
        "dates and numbers, or cannot be read; `never`: nothing is read (then say why in `reason`)",
    )
    release: bool = Field(
        False,
        description="true: also release images in which a face may be seen: photographs, radiographs of the "
        "skull, RT images (then say why in `reason`)",
    )
    reason: str = Field("", description="why; repeated in the report")

    @model_validator(mode="after")
    def _needs_a_reason(self) -> "TextRule":
        if (self.words == "never" or self.release) and not self.reason.strip():
            raise ValueError("`words: never` and `release: true` let pixels go unread: say why in `reason`")
        return self


class FixedBoxes(Section):
    """Rectangles that are always covered in the series that match."""

    match: FaceMatch = Field(FaceMatch(), description="which series; an empty match is every series")
    rectangles: list[list[int]] = Field(
        [], description="each [left, top, right, bottom] in pixels from 0, right and bottom not included"
    )

    @field_validator("rectangles")
    @classmethod
    def _four_numbers(cls, value: list[list[int]]) -> list[list[int]]:
        for box in value:
            if len(box) != 4 or min(box) < 0 or box[0] >= box[2] or box[1] >= box[3]:
                raise ValueError(f"{box} is no rectangle [left, top, right, bottom]")
        return value


class Text(Section):
    """Words in pixels."""

    rules: list[TextRule] = Field(
        [TextRule()], description="first match wins; a series that no rule matches is set aside"
    )
    boxes: list[FixedBoxes] = Field([], description="rectangles to cover, whatever is read there")
    templates: list[Path] = Field(
        [],
        description="YAML files with rectangles by device, as `cleanroom redact import-ctp` makes them",
    )


class Encode(Section):
    """Back into DICOM."""

    transfer_syntax: Literal["same", "explicit", "rle", "jpeg-ls", "jpeg-2000", "htj2k", "jpeg-xl"] = Field(
        "same",
        description="how instances are written whose pixels change, always without loss: `same` as they came "
        "where that can be written, else Explicit VR Little Endian (`explicit`); `rle`, `jpeg-ls`, "
        "`jpeg-2000`, `htj2k`, `jpeg-xl`. All others keep their bytes",
    )


class PictureRule(Section):
    """Pictures that a person has looked at."""

    match: str = Field(
        "",
        description="a glob of the path below the input (`*` also matches `/`), or a kind: `picture`, `pdf`",
    )
    release: bool = Field(True, description="true: clean and release them; false: set them aside")
    reason: str = Field(
        "", description="why nobody can be recognised in them; asked for with `release: true`"
    )

    @model_validator(mode="after")
    def _release_needs_a_reason(self) -> "PictureRule":
        if not self.match:
            raise ValueError("say in `match` which pictures: a glob of their paths below the input")
        if self.release and not self.reason.strip():
            raise ValueError("`release: true` lets pictures out: say in `reason` who looked at them")
        return self


class Pdf(Section):
    """PDFs that lie beside the images, and those inside DICOM objects."""

    release: bool = Field(
        True,
        description="true: release PDFs without pictures, their words covered; false: set all aside, "
        "those in DICOM objects too",
    )
    pages: int = Field(200, ge=1, le=5000, description="a PDF with more pages is set aside")


class Config(Section):
    """Everything a user can set."""

    input: Path = Field(Path("demo/input"), description="the folder to clean; it is never written to")
    output: Path = Field(
        Path("results"),
        description="what may leave the building: release, report and what was set aside",
    )
    private: Path = Field(
        Path("private"),
        description="what identifies (key, crosswalk, masks, logs): never share it",
    )
    key: Path | None = Field(
        None, description="the file with the 32 byte key; made as `private/key` on the first run when empty"
    )
    patients: Patients = Field(Patients(), description="pseudonyms of your own")
    profile: str = Field(
        "sinfonia",
        description="how headers are cleaned: `sinfonia`, `basic`, `dicomcleaner`, `radiotherapy`, `pet`, or "
        "a YAML file of your own",
    )
    faces: Faces = Field(Faces(), description="de-facing")
    text: Text = Field(Text(), description="words in pixels")
    encode: Encode = Field(Encode(), description="back into DICOM")
    pictures: list[PictureRule] = Field(
        [],
        description="which pictures, and PDFs with pictures in them, are cleaned and released: first match "
        "wins; what no rule matches is set aside, for a person may be seen on it",
    )
    pdf: Pdf = Field(Pdf(), description="PDFs, beside the images and in DICOM objects")
    studies: list[str] = Field([], description="study pseudonyms to run; empty: all")
    shard: str = Field(
        "",
        pattern=r"^(\d+/\d+)?$",
        description="`3/50` runs the third of fifty parts; empty: all",
    )

    @property
    def profile_name(self) -> str:
        """The profile without its folder."""
        return Path(self.profile).stem

    @field_validator("studies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _shard_within(self) -> "Config":
        if self.shard:
            part, parts = map(int, self.shard.split("/"))
            if not 1 <= part <= parts:
                raise ValueError(f"shard {self.shard}: the first number goes from 1 to the second")
        return self


def load(values: Mapping[str, Any]) -> Config:
    """Check the values of ``config.yaml`` and the command line.

    Raises
    ------
    StopRun
        For an unknown key (naming the nearest known one) or a value out of range.
    """
    try:
        return Config.model_validate(dict(values))
    except ValidationError as error:
        lines = [_explain(item) for item in error.errors()]
        raise StopRun("The config cannot be used:\n  " + "\n  ".join(lines), "mend config.yaml") from None


def read(path: Path) -> Config:
    """Read a config file (YAML or JSON)."""
    if not path.is_file():
        raise StopRun(f"There is no config file {path}.", "name one with --config FILE")
    try:
        values = parsed(path.read_text()) or {}
    except yaml.YAMLError as error:
        raise StopRun(f"{path} is not YAML: {error}", "mend that line") from None
    return load(values)


def _explain(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"]) or "config"
    if item["type"] != "extra_forbidden":
        return f"{where}: {item['msg'].removeprefix('Value error, ')}"
    near = difflib.get_close_matches(str(item["loc"][-1]), _keys(Config), n=1, cutoff=0.5)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"{where}: there is no such key{hint}"


def _keys(model: type[BaseModel]) -> list[str]:
    found: list[str] = []
    for name, field in model.model_fields.items():
        found.append(name)
        for kind in [field.annotation, *getattr(field.annotation, "__args__", ())]:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found.extend(_keys(kind))
    return found
