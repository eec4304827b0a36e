"""The base of every part of the config."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the config: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
