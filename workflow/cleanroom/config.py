"""The one config model. `config.yaml`, its schema and the docs table are generated from it."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cleanroom.errors import StopRun
from cleanroom.tools.table import BUILTIN, NONE, cannot, external, table
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


class ScanMatch(FaceMatch):
    """As for words, and by what the headers tell of the scan."""

    contrast: list[str] = Field(
        [],
        description="what the scan shows, for example [T1, T2, FLAIR, PD, DWI, BOLD, FDG]; see docs/tools.md",
    )
    vendor: list[str] = Field([], description="how the Manufacturer begins: [siemens, ge, philips]")
    field_strength: list[float] = Field([], description="[least, most] tesla, for example [1.4, 1.6]")
    resolution: list[float] = Field([], description="[least, most] longest edge of a voxel, millimetres")

    @field_validator("field_strength", "resolution")
    @classmethod
    def _least_and_most(cls, value: list[float]) -> list[float]:
        if value and (len(value) != 2 or value[0] > value[1]):
            raise ValueError(f"{value} is no range [least, most]")
        return value


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
        description="outer contours (external, body, skin) of structure sets, and segments of the skin, head "
        "or body in segmentations, on images with a face: `clip` takes out of them what lies in the face, "
        "`remove` takes them out whole",
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


class SkinLeft(Section):
    """How much of the skin of a region may be left, in per cent; 100: that region is not judged."""

    eyes: float = Field(20.0, ge=0, le=100, description="eyes, per cent")
    nose: float = Field(20.0, ge=0, le=100, description="nose, per cent")
    mouth: float = Field(20.0, ge=0, le=100, description="mouth, per cent")
    ears: float = Field(20.0, ge=0, le=100, description="ears, per cent; judged when `faces.ears` is true")


class Verify(Section):
    """The gate."""

    skin_left_percent: SkinLeft = Field(
        SkinLeft(),
        description="how much of the skin of a region may be left where a face was removed; a series with "
        "more is set aside; 100: not judged",
    )
    near_mm: float = Field(
        2.0, gt=0, le=10, description="released skin this near to the original's counts as left"
    )
    filled_left_percent: float = Field(
        95.0,
        ge=0,
        le=100,
        description="in place of `skin_left_percent` where something else than air took the place of a face: "
        "an average face comes near to anybody's",
    )
    fit_mm: float = Field(
        8.0,
        gt=0,
        le=50,
        description="the template's skin of eyes, nose and mouth may lie this far from the head's own "
        "(median); farther, and the series is set aside",
    )
    reread: int = Field(
        4, ge=1, le=1000, description="so many frames of a series in which nothing was covered are read again"
    )


class BidsRule(Section):
    """What the volumes that match are called in BIDS."""

    criteria: dict[str, str] = Field(
        {},
        description="sidecar field -> pattern (`*` any text, `?` one character, case ignored); all must "
        "match",
    )
    datatype: str = Field(
        "",
        description="`anat`, `func`, `dwi`, `fmap`, `perf`, `pet`, or `extra` for what BIDS has no name for",
    )
    suffix: str = Field("", description="`T1w`, `bold` and so on; empty for `extra`")
    entities: dict[str, str] = Field({}, description="for example {task: rest, acq: highres}")
    sidecar: dict[str, Any] = Field(
        {}, description="fields that the DICOM does not say, for example {TaskName: rest, M0Type: Absent}"
    )
    aslcontext: list[Literal["control", "label", "m0scan", "deltam", "cbf", "noRF"]] = Field(
        [], description="volume types in their order; what follows the leading m0scans is repeated"
    )


class Release(Section):
    """What leaves."""

    require_review: Literal["all", "doubtful", "none"] = Field(
        "doubtful",
        description="who waits for a person's decision (`python -m cleanroom review`): `all` series; "
        "the `doubtful` ones, while what passes leaves; `none`: doubtful ones stay set aside, no "
        "approval counts",
    )
    nifti: bool = Field(False, description="true: also a BIDS tree of NIfTI, made from the released DICOM")
    bids: list[BidsRule] = Field(
        [],
        description="names in BIDS: first match wins; what no rule matches is called as dcm2niix guesses, or "
        "lies in the folder `extra` of its session where that is not sure",
    )
    dataset: dict[str, Any] = Field(
        {}, description="fields of dataset_description.json: Name, Authors, License and so on"
    )


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
    tools: dict[ToolName, ToolPlace] = Field(
        {},
        description="where de-facing tools are: {pydeface: {path: /usr/local/fsl}}; see docs/tools.md",
    )
    text: Text = Field(Text(), description="words in pixels")
    encode: Encode = Field(Encode(), description="back into DICOM")
    pictures: list[PictureRule] = Field(
        [],
        description="which pictures, and PDFs with pictures in them, are cleaned and released: first match "
        "wins; what no rule matches is set aside, for a person may be seen on it",
    )
    pdf: Pdf = Field(Pdf(), description="PDFs, beside the images and in DICOM objects")
    verify: Verify = Field(Verify(), description="the gate")
    release: Release = Field(Release(), description="what leaves, and who has to agree")
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
    def _commands_are_there(self) -> "Config":
        for tool in dict.fromkeys(name for rule in self.faces.rules for name in rule.chain if external(name)):
            if not table()[tool].commands and not self.place(tool).command:
                raise ValueError(
                    f"tool `{tool}` needs a command line: "
                    f"tools: {{{tool}: {{command: 'PROGRAM {{input}} {{output}}'}}}}"
                )
        return self

    def place(self, tool: str) -> ToolPlace:
        """Where a tool is."""
        return next((place for name, place in self.tools.items() if name == tool), ToolPlace())

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
