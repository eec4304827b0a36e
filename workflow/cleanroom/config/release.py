"""What leaves."""

from typing import Any, Literal

from pydantic import Field

from cleanroom.config.section import Section


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
