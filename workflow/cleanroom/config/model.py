"""The whole config."""

from pathlib import Path

from pydantic import Field, field_validator, model_validator

from cleanroom.config.encode import Encode
from cleanroom.config.faces import Faces, ToolName, ToolPlace
from cleanroom.config.files import Pdf, PictureRule
from cleanroom.config.patients import Patients
from cleanroom.config.release import Release
from cleanroom.config.section import Section
from cleanroom.config.text import Text
from cleanroom.config.verify import Verify
from cleanroom.tools.table import external, table


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
    scratch: str = Field(
        "",
        description="a folder for temporary files, on a disk of the machine where a step runs: `/scratch`, "
        "`$TMPDIR`; empty, or where it is not there: in `private`. They identify, as `private` does",
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
