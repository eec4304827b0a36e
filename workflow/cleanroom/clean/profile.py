"""A cleaning profile: a YAML file of ``workflow/headers/profiles``."""

from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, field_validator
from pydicom.datadict import tag_for_keyword

from cleanroom.clean.tables import HEADERS, options


class Profile(BaseModel):
    """Which option columns are on, and what differs from the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    codes: list[str]
    """CID 7050 codes that the header cleaning alone earns."""
    options: list[str]
    longitudinal: Literal["REMOVED", "MODIFIED", "UNMODIFIED"]
    method: str
    overrides: dict[str, str] = {}
    dummies: dict[str, str] = {}

    @field_validator("options")
    @classmethod
    def _columns(cls, value: list[str]) -> list[str]:
        if unknown := set(value) - set(options()):
            raise ValueError(f"not a column of table_e1_1.tsv: {', '.join(sorted(unknown))}")
        return value

    @field_validator("overrides", "dummies")
    @classmethod
    def _keywords(cls, value: dict[str, str]) -> dict[str, str]:
        if unknown := [word for word in value if tag_for_keyword(word) is None]:
            raise ValueError(f"not a DICOM keyword: {', '.join(unknown)}")
        return value


def load(name: str) -> Profile:
    """The profile of this name."""
    return Profile.model_validate(yaml.safe_load((HEADERS / "profiles" / f"{name}.yaml").read_text()))


def by_tag(words: dict[str, str]) -> dict[int, str]:
    """Keywords turned into tags."""
    return {tag_for_keyword(word) or 0: value for word, value in words.items()}
