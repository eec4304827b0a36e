"""What every step writes down."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel

from cleanroom.atomic import write_text
from cleanroom.errors import SetAside

NO_VERDICT = "no verdict: "
"""How a reason begins when a study's job never ended, or never began."""


class SetAsideRow(BaseModel):
    """Something that is not released: a series, or some instances of one."""

    series: str
    numbers: list[str] = []
    """Instance numbers (``00007``); empty: the whole series."""
    step: str
    reason: str
    fix: str = ""
    seen: str = ""
    """Hash of what a person can see of it: by this the doubt can be approved. Empty: no doubt but a fault."""

    @classmethod
    def of(cls, series: str, step: str, error: SetAside) -> "SetAsideRow":
        """What an error in a step says of a whole series."""
        return cls(series=series, step=step, reason=error.reason, fix=error.fix)


class Made(BaseModel):
    """How a record came about: nothing of it is for the steps after it."""

    version: str = ""
    """Of Cleanroom."""
    code: str = ""
    """A hash of the package and its data."""
    tools: dict[str, str] = {}
    """Package → its version."""
    container: str = ""
    """Digest of the image; empty outside of one."""
    parameters: dict[str, object] = {}
    """The keys of the config on which the step depends."""
    inputs: str = ""
    """SHA-256 of the manifest and of what the steps before decided."""
    outputs: str = ""
    """SHA-256 of all that the step wrote."""
    host: str = ""
    user: str = ""
    folder: str = ""
    command: str = ""


class Record(BaseModel):
    """Every step's record."""

    set_aside: list[SetAsideRow] = []
    seconds: float = 0.0
    peak_mb: float = 0.0
    made: Made = Made()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a record."""
        return cls.model_validate_json(path.read_bytes())

    def save(self, path: Path) -> None:
        """Write a record, whole or not at all."""
        write_text(path, self.model_dump_json(indent=1) + "\n")
