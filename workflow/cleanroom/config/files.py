"""Pictures and PDFs."""

from pydantic import Field, model_validator

from cleanroom.config.section import Section


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
