"""Pseudonyms of your own."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from cleanroom.config.section import Section


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
