"""Which series a rule is for."""

from pydantic import Field, field_validator

from cleanroom.config.section import Section


class FaceMatch(Section):
    """Which series a rule is for: every key given must match."""

    modality: list[str] = Field([], description="modalities, for example [MR, CT]")
    description: str = Field(
        "", description="regular expression searched in the Series Description, case ignored"
    )
    patient: list[str] = Field([], description="patient pseudonyms")
    series: list[str] = Field([], description="series pseudonyms")


class ScanMatch(FaceMatch):
    """As for words, and by what the headers tell of the scan."""

    contrast: list[str] = Field(
        [],
        description="what the scan shows, for example [T1, T2, FLAIR, PD, DWI, BOLD, FDG]; see docs/tools.md",
    )
    body_part: list[str] = Field([], description="Body Part Examined, or anatomic region: [knee, foot, hand]")
    vendor: list[str] = Field([], description="how the Manufacturer begins: [siemens, ge, philips]")
    field_strength: list[float] = Field([], description="[least, most] tesla, for example [1.4, 1.6]")
    resolution: list[float] = Field([], description="[least, most] longest edge of a voxel, millimetres")

    @field_validator("field_strength", "resolution")
    @classmethod
    def _least_and_most(cls, value: list[float]) -> list[float]:
        if value and (len(value) != 2 or value[0] > value[1]):
            raise ValueError(f"{value} is no range [least, most]")
        return value
