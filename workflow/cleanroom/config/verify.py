"""The bounds of the gate."""

from pydantic import Field

from cleanroom.config.section import Section


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
    relief_left_percent: float = Field(
        30.0,
        ge=0,
        le=100,
        description="how much of the relief of eyes, nose, mouth or chin may be left, however deep it lies: "
        "the part of the region that faces the same way as before; 100: not judged",
    )
    filled_left_percent: float = Field(
        95.0,
        ge=0,
        le=100,
        description="in place of `skin_left_percent` and `relief_left_percent` where something else than air "
        "took the place of a face: an average face comes near to anybody's",
    )
    fit_mm: float = Field(
        8.0,
        gt=0,
        le=50,
        description="the template's skin of eyes, nose and mouth may lie this far from the head's own "
        "(median); farther, and the series is set aside",
    )
    pose_off_mm: float = Field(
        10.0,
        gt=0,
        le=100,
        description="eyes, nose, mouth and ears, found by the gate itself, may lie this far from where the "
        "step `deface` had them (mean); farther, and the series is set aside",
    )
    reread: int = Field(
        4, ge=1, le=1000, description="so many frames of a series in which nothing was covered are read again"
    )
